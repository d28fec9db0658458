using Sentinel.Core.Host;
using Sentinel.Model.Processes;

namespace Sentinel.Tests.Trees;

/// <summary>A machine that is made up: its processes behave as they are told, and its time passes only while one waits.</summary>
internal sealed class Machine : IProcessTable, IProcessHandles, ISpawner
{
    public const int Init = 1;

    // No system gives pids as high as these (proc(5), pid_max), so none is the test's own.
    private const int FirstPid = 5_000_000;
    private const int TooManyWaits = 10_000;

    private readonly SortedDictionary<int, MadeUp> _processes = [];
    private readonly PriorityQueue<Action, (TimeSpan Due, int Number)> _events = new();
    private int _eventsSoFar;
    private int _nextPid = FirstPid;
    private int _waits;

    public Clock Clock { get; } = new();

    public string BootId { get; set; } = "this boot";

    /// <summary>The one that we look from: what was added while it was another is not seen.</summary>
    public ulong? PidNamespace { get; set; } = 4026531836;

    public double TicksPerSecond => 100;

    public double NowTicks => 10_000 + (Clock.Elapsed.TotalSeconds * TicksPerSecond);

    /// <summary>Whether PID 1 leaves what has ended as a zombie.</summary>
    public bool KeepsZombies { get; set; }

    public int Passes { get; private set; }

    /// <summary>What a pass over the processes takes.</summary>
    public TimeSpan PassTime { get; set; }

    public List<Launch> Launches { get; } = [];

    public List<string> CleanedUp { get; } = [];

    public Func<Launch, string?> CannotStart { get; set; } = _ => null;

    /// <summary>What only shows when it is tried.</summary>
    public Func<Launch, string?> FailsToStart { get; set; } = _ => null;

    /// <summary>Says which part of what is to be inherited cannot be given.</summary>
    public Func<Launch, string?, string?> CannotHave { get; set; } = (_, _) => null;

    /// <summary>Happens once, just before the next pass over the processes.</summary>
    public Action? BeforeNextPass { get; set; }

    /// <summary>Happens once, behind the next pass over the processes: what it starts is not seen.</summary>
    public Action? BehindNextPass { get; set; }

    /// <summary>Happens each time before a process is held on to.</summary>
    public Action<int> BeforeEachOpen { get; set; } = _ => { };

    /// <summary>Happens once, just before the next process is held on to.</summary>
    public Action? BeforeNextOpen { get; set; }

    public IReadOnlyCollection<MadeUp> Processes => _processes.Values;

    public MadeUp this[int pid] => _processes[pid];

    public MadeUp Add(string? cookie = null, int parent = Init, int? session = null, int? pid = null, long? start = null, int? group = null, ulong? mark = null)
    {
        var number = pid ?? _nextPid++;
        return _processes[number] = new MadeUp(this, number)
        {
            Parent = parent,
            Session = session ?? number,
            Cookie = cookie,
            Group = group,
            Mark = mark,
            Start = start ?? (long)NowTicks,
            PidNamespace = PidNamespace,
        };
    }

    /// <summary>A child that its parent forks: of the same session and with the same cookie.</summary>
    public MadeUp Fork(MadeUp parent) => Add(parent.Cookie, parent.Pid, parent.Session);

    /// <summary>What is due at the same time happens in the order in which it was said.</summary>
    public void After(TimeSpan time, Action happens) => _events.Enqueue(happens, (Clock.Elapsed + time, _eventsSoFar++));

    public IReadOnlyList<Sighting> All()
    {
        Passes++;
        (var first, BeforeNextPass) = (BeforeNextPass, null);
        first?.Invoke();
        Clock.Advance(PassTime);
        var all = _processes.Values.Where(process => process.IsVisible).Select(process => process.Seen).ToList();
        (var then, BehindNextPass) = (BehindNextPass, null);
        then?.Invoke();
        return all;
    }

    public Sighting? Look(int pid) => _processes.TryGetValue(pid, out var process) && process.IsVisible ? process.Seen : null;

    public bool Exists(int pid) => _processes.TryGetValue(pid, out var process) && process.PidNamespace == PidNamespace && !process.HasEnded;

    /// <summary>The files that somebody has open to write to them.</summary>
    public HashSet<string> WrittenFiles { get; } = [];

    public bool MayBeWritten(string path) => WrittenFiles.Contains(path);

    public string? CookieOf(int pid) => _processes.TryGetValue(pid, out var process) && process.IsVisible ? process.Cookie : null;

    public TreeSign SignOf(int pid) => _processes.GetValueOrDefault(pid) is not { } process ? default : new TreeSign(process.Cookie, process.Mark);

    public int NewestPid => _nextPid - 1;

    public bool IsThread(int pid) => false;

    public bool IsShell(int pid) => _processes.GetValueOrDefault(pid)?.IsShell == true;

    /// <summary>What the kernel knows of control groups, where there are any.</summary>
    public Func<string, bool?> Populates { get; set; } = _ => null;

    public bool? IsPopulated(string cookie) => Populates(cookie);

    /// <summary>What the control group of a tree with limits tells, where there is one of its cookie.</summary>
    public Func<string, GroupSighting?> LooksAtGroup { get; set; } = _ => null;

    public GroupSighting? LookAtGroup(string cookie) => LooksAtGroup(cookie);

    /// <summary>The cookies of the groups that are to be killed as a whole, where there are any.</summary>
    public Func<string, bool> KillsGroup { get; set; } = _ => false;

    public bool KillGroup(string cookie) => KillsGroup(cookie);

    public TimeSpan? CpuTimeOf(int pid) => _processes.GetValueOrDefault(pid)?.CpuTime();

    public IProcessHandle? Open(ProcessIdentity identity)
    {
        (var first, BeforeNextOpen) = (BeforeNextOpen, null);
        first?.Invoke();
        BeforeEachOpen(identity.Pid);
        return this.Look(identity) is null && !this.IsHidden(identity) ? null : new Handle(this, _processes[identity.Pid]);
    }

    public ValueTask WaitAny(IReadOnlyCollection<IProcessHandle> handles, TimeSpan timeout)
    {
        Assert.True(++_waits < TooManyWaits, "it would wait for ever");
        var end = Clock.Elapsed + timeout;
        while (!handles.Any(handle => handle.HasEnded))
        {
            if (!_events.TryPeek(out _, out var next) || next.Due > end)
            {
                Clock.Advance(end - Clock.Elapsed);
                return ValueTask.CompletedTask;
            }

            var happens = _events.Dequeue();
            Clock.Advance(next.Due > Clock.Elapsed ? next.Due - Clock.Elapsed : TimeSpan.Zero);
            happens();
        }

        return ValueTask.CompletedTask;
    }

    public string? WhyNot(Launch launch) => CannotStart(launch);

    public string? CannotInherit(Launch launch, string? surroundings) => CannotHave(launch, surroundings);

    public ProcessIdentity Spawn(Launch launch)
    {
        if ((CannotStart(launch) ?? FailsToStart(launch)) is { } why)
            throw new SpawnException(why);
        Launches.Add(launch);
        return Add(launch.Cookie).Identity;
    }

    public void CleanUp(string cookie) => CleanedUp.Add(cookie);

    public void CleanUpAll(IReadOnlyCollection<string> records) => CleanedUp.AddRange(records);

    private void Remove(MadeUp process)
    {
        foreach (var child in _processes.Values.Where(child => child.Parent == process.Pid))
            child.Parent = Init;
        if (!KeepsZombies)
            _processes.Remove(process.Pid);
    }

    /// <summary>A process, and how it takes signals.</summary>
    public sealed class MadeUp(Machine machine, int pid)
    {
        public int Pid => pid;

        public int Parent { get; set; }

        public int Session { get; init; }

        public string? Cookie { get; init; }

        public ulong? Mark { get; init; }

        public bool IsShell { get; set; }

        public long ChildFaults { get; set; }

        /// <summary>Its process group; that of its session unless it is said.</summary>
        public int? Group { get; init; }

        public long Start { get; init; }

        public long MemoryBytes { get; set; }

        public long CpuTicks { get; set; }

        public int Threads { get; set; } = 1;

        public bool IsOnCpu { get; set; }

        public Func<TimeSpan?> CpuTime { get; set; } = () => TimeSpan.Zero;

        public ulong? PidNamespace { get; init; }

        /// <summary>Whether /proc does not show it to us.</summary>
        public bool IsHidden { get; set; }

        public bool IsVisible => !IsHidden && PidNamespace == machine.PidNamespace;

        public bool IgnoresSignals { get; set; }

        public bool SurvivesKill { get; set; }

        public bool IsSuspended { get; set; }

        /// <summary>Why nobody may signal it.</summary>
        public string? Refusal { get; set; }

        /// <summary>What it does when it gets a signal, before it ends.</summary>
        public Action<int> OnSignal { get; set; } = _ => { };

        public List<int> Received { get; } = [];

        /// <summary>Told when it has.</summary>
        public event Action? Ended;

        /// <summary>Happens each time before it is asked whether it has ended.</summary>
        public Action BeforeAsked { get; set; } = () => { };

        public bool HasEnded { get; private set; }

        public int WaitStatus { get; private set; }

        public ProcessIdentity Identity => new(pid, Start, machine.BootId, PidNamespace);

        public Sighting Seen => new(pid, Parent, Session, HasEnded, IsOnCpu, Start, MemoryBytes, WaitStatus)
        {
            Group = Group ?? Session,
            ChildFaults = ChildFaults,
            CpuTicks = CpuTicks,
            Threads = Threads,
            IsSuspended = IsSuspended,
        };

        /// <param name="waitStatus">As wait(2) would tell it: the code times 256, or the signal.</param>
        public void End(int waitStatus)
        {
            (HasEnded, WaitStatus) = (true, waitStatus);
            machine.Remove(this);
            Ended?.Invoke();
        }

        public void Signal(int number)
        {
            Received.Add(number);
            OnSignal(number);
            if (HasEnded)
                return;
            if (number == SignalName.Continue)
            {
                IsSuspended = false;
                // What came while it was suspended takes effect now.
                if (!IgnoresSignals && Received.Find(sent => sent != SignalName.Continue) is var pending and not 0)
                    End(pending);
            }
            else if (number == SignalName.Kill ? !SurvivesKill : !IgnoresSignals && !IsSuspended)
            {
                End(number);
            }
        }
    }

    private void KillGroup(MadeUp one)
    {
        foreach (var process in _processes.Values.Where(process => process.Seen.Group == one.Seen.Group && !process.HasEnded && process.Refusal is null).ToList())
            process.Signal(SignalName.Kill);
    }

    private sealed class Handle(Machine machine, MadeUp process) : IProcessHandle
    {
        public void KillGroup() => machine.KillGroup(process);

        public ProcessIdentity Identity => process.Identity;

        public bool HasEnded
        {
            get
            {
                process.BeforeAsked();
                return process.HasEnded;
            }
        }

        public string? Signal(int number)
        {
            if (HasEnded)
                return null;
            if (process.Refusal is null)
                process.Signal(number);
            return process.Refusal;
        }

        public ProcessEnd HowEnded() => new(Exit.FromWaitStatus(process.WaitStatus));

        public void Dispose()
        {
        }
    }
}
