using Sentinel.Api;
using Sentinel.Core.Host;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Trees;

/// <summary>
/// Ends one tree. The main process is asked first, or all are asked at once, as its <see cref="StopMode"/> says; when it has ended,
/// what is left is asked; after the timeout all are killed. It is over when the kernel says that nothing is left, or when looks that
/// miss nothing find nothing.
/// </summary>
internal sealed class Ending(TreeRoot root, StopOptions options, IProcessTable table, IProcessHandles handles, TimeProvider time) : IDisposable
{
    // How long the kernel may take over a SIGKILL (a process in uninterruptible sleep) before we say so.
    private static readonly TimeSpan KillTimeout = TimeSpan.FromSeconds(5);

    // A shell runs its trap only once the child it waits for has ended; it has this long to start something, which shows that it runs one.
    private static readonly TimeSpan ShellTime = TimeSpan.FromMilliseconds(500);

    // How long nothing may be seen: Quiet, after a process was seen that was gone before it could be held; LongQuiet, if so much is
    // started on the machine that no look sees all.
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongQuiet = TimeSpan.FromMilliseconds(250);

    private readonly int _signal = options.Signal ?? root.Stop.Signal;
    private readonly TimeSpan _timeout = options.Timeout ?? root.Stop.Timeout;
    private readonly long _begun = time.GetTimestamp();
    private readonly Dictionary<(int Pid, long Start), Member> _members = [];
    private readonly Dictionary<int, string> _refused = [];
    private Stage _stage;
    private long? _shellLookedAt;
    private long _childFaults;
    private long? _killedAt;
    private long? _lastFleeting;
    private long _lastSeen = time.GetTimestamp();
    private bool _wasQuiet;
    private bool _isQuiet;
    private bool? _isPopulated;
    private IReadOnlyList<string> _survivors = [];
    private bool _hasKilledUnseen;
    private bool _wasLate;
    private Exit? _main;

    private enum Stage
    {
        Nobody,
        Main,
        All,
        Killed,
    }

    public TreeRoot Root => root;

    public bool IsOver { get; private set; }

    public IEnumerable<IProcessHandle> Running => RunningMembers.Select(member => member.Handle);

    /// <summary>Whether nothing of it is held, and the kernel has not said that nothing is left.</summary>
    public bool IsInDoubt => !IsOver && !RunningMembers.Any() && (_lastFleeting is not null || _isPopulated is null);

    /// <summary>Whether whatever it starts is killed as it appears.</summary>
    public bool IsHunted => _stage == Stage.Killed;

    /// <summary>How long until it must be looked at, whatever happens.</summary>
    public TimeSpan NextMoment =>
        _stage == Stage.Main && _shellLookedAt is { } looked && ShellTime - Since(looked) is var shell && shell < Deadline ? shell : Deadline;

    private TimeSpan Deadline => _killedAt is { } killed ? KillTimeout - Since(killed) : _timeout - Since(_begun);

    private IEnumerable<Member> RunningMembers => _members.Values.Where(member => !member.Handle.HasEnded);

    private Member? Main => root.Identity is { } main ? _members.GetValueOrDefault((main.Pid, main.StartTicks)) : null;

    /// <summary>A look begins.</summary>
    public void Begin()
    {
        if (_stage == Stage.Nobody)
            HoldHidden();
        (_wasQuiet, _isQuiet) = (!RunningMembers.Any(), true);
    }

    /// <summary>Holds on to the processes that were seen, and asks them what the others were asked.</summary>
    public void Take(List<Sighting> seen)
    {
        var newcomers = new List<Member>();
        foreach (var process in seen)
        {
            _isQuiet = false;
            _lastSeen = time.GetTimestamp();
            if (_members.ContainsKey((process.Pid, process.StartTicks)))
                continue;
            if (handles.Open(table.IdentityOf(process)) is not { } handle)
            {
                _lastFleeting = _lastSeen;
                continue;
            }

            var member = new Member(handle, process, IsNew: _stage == Stage.Main);
            _members.Add((process.Pid, process.StartTicks), member);
            newcomers.Add(member);
        }

        if (_stage is Stage.All or Stage.Killed)
            newcomers.ForEach(Send);
        else if (_stage == Stage.Nobody)
            Ask();
    }

    /// <summary>Asks the kernel, after a look, what it knows about the control group.</summary>
    public void AskKernel() => _isPopulated = RunningMembers.Any() && _stage != Stage.Killed ? null : table.IsPopulated(root.Group);

    /// <summary>Does what is due by now.</summary>
    public void GoOn()
    {
        if (_stage == Stage.Main && (Main is not { Handle.HasEnded: false } main || _refused.ContainsKey(main.Seen.Pid)))
            AskAll();
    }

    /// <summary>Decides, at the end of a look, whether it is over.</summary>
    /// <param name="isAll">Whether the look missed nothing.</param>
    /// <param name="isShared">Whether somebody else is in a process group, too.</param>
    public void Judge(bool isAll, Func<int, bool> isShared)
    {
        GoOn();
        if (_stage == Stage.Main && _shellLookedAt is { } looked && Since(looked) >= ShellTime && IsIdleShell(Main!))
            AskAll();
        if (_stage != Stage.Killed && (_signal == SignalName.Kill || Deadline <= TimeSpan.Zero))
        {
            _wasLate = _signal != SignalName.Kill && RunningMembers.Any();
            Kill();
        }

        // Each is held by now, so that how it ends can still be learned.
        if (_stage == Stage.Killed && (!_isQuiet || _isPopulated == true))
            KillGroups(isShared);
        if (Main is { Handle.HasEnded: true } main)
            _main ??= main.Handle.HowEnded().How;

        // Asked once: what ends meanwhile is seen by the next look.
        var running = RunningMembers.ToList();
        // In this order: where a look took very long, all may have ended although the time for it is up.
        if (running.Count == 0 && _isQuiet && IsGone(isAll))
            IsOver = true;
        else if (_stage == Stage.Killed && (Deadline <= TimeSpan.Zero || (running.Count > 0 && running.TrueForAll(IsRefused))))
            (IsOver, _survivors) = (true, [.. Survivors(running)]);
    }

    public void Leave() => IsOver = true;

    public TreeEnd Result() => new(
        _main,
        Math.Max(_members.Values.Count(member => member.Handle.HasEnded), _hasKilledUnseen ? 1 : 0),
        _survivors)
    { WasLate = _wasLate };

    public void Dispose()
    {
        foreach (var member in _members.Values)
            member.Handle.Dispose();
    }

    private IEnumerable<string> Survivors(List<Member> running) => running.Count > 0
        ? running.Select(member => $"pid {member.Seen.Pid} {_refused.GetValueOrDefault(member.Seen.Pid, "does not end, not even by SIGKILL")}")
        : [_isPopulated == true
            ? "something in its control group does not end, not even by cgroup.kill"
            : "it starts processes faster than they can be held; a control group would hold them: 'sentinel doctor' says how to get one"];

    // A process that /proc hides is in no look, and lives all the same.
    private void HoldHidden()
    {
        if (root.Identity is { } main && _members.Count == 0 && table.IsHidden(main) && handles.Open(main) is { } handle)
            _members.Add((main.Pid, main.StartTicks), new Member(handle, new Sighting(main.Pid, 0, main.Pid, false, false, main.StartTicks, 0, 0), IsNew: false));
    }

    private bool IsGone(bool isAll) => _isPopulated is { } known
        ? !known
        : _wasQuiet && (isAll
            ? _lastFleeting is not { } fleeting || Since(fleeting) >= Quiet
            : Since(_lastSeen) >= LongQuiet);

    private void Ask()
    {
        if (_signal == SignalName.Kill || _timeout <= TimeSpan.Zero)
        {
            Kill();
            return;
        }

        if (root.Stop.Mode == StopMode.Tree || Main is not { } main)
        {
            if (_members.Count > 0)
                AskAll();
            return;
        }

        (_stage, _shellLookedAt, _childFaults) = (Stage.Main, time.GetTimestamp(), main.Seen.ChildFaults);
        Send(main);
        if (root.Beside is { } beside && _members.GetValueOrDefault((beside.Pid, beside.StartTicks)) is { } other)
            Send(other);
        // It may wait for a process that is suspended, and would never see that go on.
        foreach (var suspended in _members.Values.Where(member => member.Seen.IsSuspended && member != main))
            suspended.Handle.Signal(SignalName.Continue);
    }

    private void AskAll()
    {
        _stage = Stage.All;
        foreach (var member in RunningMembers.Where(member => !member.IsAsked).ToList())
            Send(member);
    }

    private void Kill()
    {
        (_stage, _killedAt) = (Stage.Killed, time.GetTimestamp());
        foreach (var member in RunningMembers.ToList())
            Send(member);
    }

    // A shell that waits for its child, and has since neither started another nor seen one end, is not running a trap.
    private bool IsIdleShell(Member main)
    {
        if (!table.IsShell(main.Seen.Pid) || table.Look(main.Handle.Identity) is not { } now)
        {
            _shellLookedAt = null;
            return false;
        }

        var isIdle = now.ChildFaults == _childFaults
            && !RunningMembers.Any(member => member.IsNew && member.Seen.Parent == main.Seen.Pid);
        (_shellLookedAt, _childFaults) = (time.GetTimestamp(), now.ChildFaults);
        return isIdle;
    }

    private void KillGroups(Func<int, bool> isShared)
    {
        if (handles.KillGroup(root.Group))
        {
            _refused.Clear();
            _hasKilledUnseen |= _isPopulated == true;
            return;
        }

        foreach (var group in _members.Values.GroupBy(member => member.Seen.Group).Where(group => group.Key > 1 && !isShared(group.Key)).ToList())
            if (group.FirstOrDefault(member => member.Seen.Pid == group.Key) is { } leader)
                leader.Handle.KillGroup();
            else
                group.FirstOrDefault(member => !member.Handle.HasEnded)?.Handle.KillGroup();
    }

    private bool IsRefused(Member member) => _refused.ContainsKey(member.Seen.Pid);

    private TimeSpan Since(long moment) => time.GetElapsedTime(moment);

    private void Send(Member member)
    {
        var signal = _stage == Stage.Killed ? SignalName.Kill : _signal;
        member.IsAsked = true;
        if (member.Handle.Signal(signal) is { } refusal)
            _refused[member.Seen.Pid] = refusal;
        // A suspended process takes no notice of any other signal until it goes on.
        else if (signal != SignalName.Kill)
            member.Handle.Signal(SignalName.Continue);
    }

    /// <param name="IsNew">Whether it appeared after the main process was asked.</param>
    private sealed record Member(IProcessHandle Handle, Sighting Seen, bool IsNew)
    {
        public bool IsAsked { get; set; }
    }
}
