using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Host;
using Sentinel.Linux.Native;
using Sentinel.Linux.Proc;
using Sentinel.Model.Specs;

namespace Sentinel.Linux.Spawning;

/// <summary>
/// Makes a child with clone(2) and prepares it as posix_spawn(3) would, and more: it starts in its control group, and each
/// failure is told apart.
/// </summary>
/// <remarks>
/// The child runs in a copy of our memory, with this thread only, while this thread is suspended (CLONE_VFORK). Until it
/// executes the program it may only call what needs no lock and no runtime: C functions, through addresses that were looked
/// up before, without a transition in which the garbage collector has a say, and without allocating. It shares our
/// descriptors until it takes a copy of the few that it needs: a daemon has one for each process. Without close_range(2)
/// (Linux before 5.9, containers of older engines) it copies all, and closes them one by one.
/// </remarks>
internal sealed unsafe class Child : IDisposable
{
    private const ulong CloneFiles = 0x400;
    private const ulong CloneVFork = 0x4000;
    private const ulong CloneIntoCgroup = 0x200000000;
    private const int SysClone3 = 435;
    private const int SysCloseRange = 436;
    private const int CloseRangeUnshare = 2;

    private const int SigChld = 17;
    private const int SigSetMask = 2;
    private const int LastSignal = 64;

    /// <summary>The number of the call, and four arguments.</summary>
    public const int SystemCallArguments = 5;

    // Larger than any sigset_t and struct sigaction; all zero, they are "no signal" and "the default action".
    private const int SignalStructBytes = 512;

    private static readonly int SysClone = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 56,
        Architecture.Arm64 => 220,
        var other => throw new PlatformNotSupportedException($"processes cannot be made on {other}"),
    };

    // openat, read; asm/unistd.h.
    private static readonly (int Open, int Read) OpenAndRead = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? (56, 63) : (257, 0);

    private const int MostStatBytes = 512;

    // Tried on descriptors that are never open.
    private static readonly Lazy<bool> HasCloseRange = new(() => LibC.syscall(SysCloseRange, int.MaxValue - 1, int.MaxValue, 0, 0) == 0);

    private readonly NativeStrings _strings = new();
    private readonly PassedDescriptors _passed;
    private readonly Plan* _plan;
    private readonly IReadOnlyList<PreparingCall> _preparing;

    /// <param name="inherited">What it is to inherit from its caller, and what it inherits from us anyway; null: only the latter.</param>
    public Child(Launch launch, SafeFileHandle stdin, SafeFileHandle stdout, SafeFileHandle stderr, (Inherited Wanted, Inherited Own)? inherited = null)
    {
        _passed = new PassedDescriptors(launch.Descriptors);
        // By then all descriptors are closed except the standard streams and those that are passed.
        _preparing = Preparation.Of(launch.Treatment, launch.Account, inherited, launch.Cookie, _passed.FirstFree, _strings, launch.Input == StandardInput.Terminal);
        // Shared with the child, so that it can say what failed.
        _plan = (Plan*)LibC.mmap(null, sizeof(Plan), protection: 3, flags: 0x21, -1, 0);
        if (_plan == (void*)-1)
            throw SystemCallException.Last("make", "a process");
        var (cookie, variables) = (CookieOf(launch), _passed.Variables);
        // The cookie comes first: a program that overwrites its environment to show a title begins at its end.
        var environment = _strings.AddList([.. cookie, .. variables, .. _passed.Beside(launch.Environment.Without(Cookie.Variable)).Entries()]);
        *_plan = new Plan
        {
            Calls = ChildCalls.Found.Value,
            Stdin = (int)stdin.DangerousGetHandle(),
            Stdout = (int)stdout.DangerousGetHandle(),
            Stderr = (int)stderr.DangerousGetHandle(),
            Passed = _strings.AddNumbers(_passed.Numbers),
            FirstFree = _passed.FirstFree,
            PidSlot = variables.Count > 0 ? environment[cookie.Length] + PassedDescriptors.PidAt : null,
            LastDescriptor = _passed.Numbers.Concat([(int)stdin.DangerousGetHandle(), (int)stdout.DangerousGetHandle(), (int)stderr.DangerousGetHandle()]).Max(),
            Sharing = HasCloseRange.Value ? CloneFiles : 0,
            HighestDescriptor = HasCloseRange.Value ? 0 : Descriptors.Highest(),
            Umask = (uint)launch.Umask,
            Preparing = _strings.AddCalls(_preparing),
            PreparingCount = _preparing.Count,
            OpenAt = OpenAndRead.Open,
            Read = OpenAndRead.Read,
            OwnStat = _strings.Add("/proc/self/stat"u8.ToArray()),
            WorkingDirectory = _strings.Add(NativeText.Bytes(launch.WorkingDirectory)),
            Environment = environment,
        };
    }

    private static ReadOnlyMemory<byte>[] CookieOf(Launch launch) =>
        launch.Cookie is { } cookie ? [NativeText.Bytes($"{Cookie.Variable}={cookie}")] : [];

    /// <summary>When the last child started, as <see cref="ProcessTable"/> tells it; null: it could not be read.</summary>
    public long? StartTicks(ProcessTable table) =>
        _plan->StatBytes > 0 ? table.Read(0, new ReadOnlySpan<byte>(_plan->Stat, _plan->StatBytes))?.StartTicks : null;

    /// <param name="group">The control group to make it in; null: ours.</param>
    /// <returns>The pid; meaningless when there is a <paramref name="failure"/>, after which no process is left.</returns>
    public int Execute(string program, IEnumerable<string> arguments, SafeFileHandle? group, out ChildFailure? failure)
    {
        _plan->Program = _strings.Add(NativeText.Bytes(program));
        _plan->Arguments = _strings.AddList(arguments.Select(argument => (ReadOnlyMemory<byte>)NativeText.Bytes(argument)));

        var pid = Make(group is null ? -1 : (int)group.DangerousGetHandle());
        failure = pid < 0 ? new ChildFailure(group is null ? ChildStep.Make : ChildStep.Join, _plan->Error)
            // A child that was killed on the way is like one that was killed a moment later.
            : _plan->Error == 0 ? null
            : _plan->Step == ChildStep.Prepare ? new ChildFailure(ChildStep.Prepare, _plan->Error, _preparing[_plan->Prepared].What)
            : new ChildFailure(_plan->Step, _plan->Error);
        if (pid >= 0 && failure is not null)
            LibC.waitpid(pid, null, 0);
        return pid;
    }

    // Since 6.14, Linux kills at birth a child made straight into a group whose cgroup.kill was written to more or less often than
    // its maker's: it compares the counts before and after, and takes the one before from the wrong group. Such a child has not begun.
    private int Make(int group)
    {
        (_plan->Step, _plan->Error, _plan->StatBytes) = (ChildStep.Make, 0, 0);
        var pid = (int)CloneAndExecute(_plan, group);
        if (pid < 0 || group < 0 || _plan->Step != ChildStep.Make)
            return pid;
        LibC.waitpid(pid, null, 0);
        return -1;
    }

    public void Dispose()
    {
        LibC.munmap(_plan, sizeof(Plan));
        _strings.Dispose();
        _passed.Dispose();
    }

    // Compiled as a whole before it first runs: after the clone nothing can compile it.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static long CloneAndExecute(Plan* plan, int group)
    {
        var none = stackalloc byte[SignalStructBytes];
        var all = stackalloc byte[SignalStructBytes];
        var before = stackalloc byte[SignalStructBytes];
        for (var i = 0; i < SignalStructBytes; i++)
            (none[i], all[i]) = (0, 0xff);
        var request = new CloneArguments { ExitSignal = SigChld };
        request.Flags = plan->Sharing | CloneVFork | CloneIntoCgroup;
        request.Cgroup = (ulong)group;

        // Handlers of the runtime must not run in the child.
        plan->Calls.SignalMask(SigSetMask, all, before);
        var pid = group >= 0
            ? plan->Calls.SystemCall(SysClone3, (nint)(&request), sizeof(CloneArguments), 0, 0, 0)
            : plan->Calls.SystemCall(SysClone, (nint)(plan->Sharing | CloneVFork) | SigChld, 0, 0, 0, 0);
        if (pid == 0)
            BecomeProgram(plan, none);
        plan->Error = pid < 0 ? *plan->Calls.Errno() : plan->Error;
        plan->Calls.SignalMask(SigSetMask, before, null);
        return pid;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void BecomeProgram(Plan* plan, byte* none)
    {
        plan->Calls.SetSession();
        plan->Step = ChildStep.Redirect;
        // The runtime ignores some signals, and ignored signals stay ignored in the program.
        for (var signal = 1; signal <= LastSignal; signal++)
            plan->Calls.SignalAction(signal, none, null);

        if ((plan->Sharing == 0
                || plan->Calls.SystemCall(SysCloseRange, plan->LastDescriptor + 1, int.MaxValue, CloseRangeUnshare, 0, 0) == 0)
            && plan->Calls.Duplicate(plan->Stdin, 0) == 0
            && plan->Calls.Duplicate(plan->Stdout, 1) == 1
            && plan->Calls.Duplicate(plan->Stderr, 2) == 2
            && TakePassed(plan))
        {
            if (plan->Sharing != 0)
                plan->Calls.SystemCall(SysCloseRange, plan->FirstFree, int.MaxValue, 0, 0, 0);
            for (var descriptor = plan->FirstFree; descriptor <= plan->HighestDescriptor; descriptor++)
                plan->Calls.Close(descriptor);
            NoteStart(plan);
            plan->Calls.Umask(plan->Umask);
            plan->Step = ChildStep.Prepare;
            for (plan->Prepared = 0; plan->Prepared < plan->PreparingCount; plan->Prepared++)
            {
                var call = plan->Preparing + (plan->Prepared * SystemCallArguments);
                if (plan->Calls.SystemCall(call[0], call[1], call[2], call[3], call[4], 0) < 0)
                    break;
            }

            if (plan->Prepared == plan->PreparingCount)
                plan->Step = ChildStep.ChangeDirectory;
            if (plan->Step == ChildStep.ChangeDirectory && plan->Calls.ChangeDirectory(plan->WorkingDirectory) == 0)
            {
                plan->Calls.SignalMask(SigSetMask, none, null);
                plan->Step = ChildStep.Execute;
                plan->Calls.Execute(plan->Program, plan->Arguments, plan->Environment);
            }
        }

        plan->Error = *plan->Calls.Errno();
        plan->Calls.Exit(127);
    }

    // Puts each into its place, and its own pid into the environment, which was made before there was one.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TakePassed(Plan* plan)
    {
        for (var place = PassedDescriptors.First; place < plan->FirstFree; place++)
            if (plan->Calls.Duplicate(plan->Passed[place - PassedDescriptors.First], place) != place)
                return false;
        if (plan->PidSlot == null)
            return true;
        var pid = plan->Calls.ProcessId();
        var digits = 1;
        for (var rest = pid / 10; rest > 0; rest /= 10)
            digits++;
        // Without zeros in front: that would be an octal number to some who read it.
        plan->PidSlot[digits] = 0;
        for (; digits > 0; pid /= 10)
            plan->PidSlot[--digits] = (byte)('0' + (pid % 10));
        return true;
    }

    // Here it can be read whatever follows: a process that becomes another user may be hidden from us.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void NoteStart(Plan* plan)
    {
        var stat = (int)plan->Calls.SystemCall(plan->OpenAt, LibC.AT_FDCWD, (nint)plan->OwnStat, LibC.O_RDONLY, 0, 0);
        if (stat < 0)
            return;
        plan->StatBytes = (int)plan->Calls.SystemCall(plan->Read, stat, (nint)plan->Stat, MostStatBytes, 0, 0);
        plan->Calls.Close(stat);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Plan
    {
        public ChildCalls Calls;
        public int Stdin;
        public int Stdout;
        public int Stderr;
        public int* Passed;
        public int FirstFree;
        // Null: the child need not tell its pid.
        public byte* PidSlot;
        public int LastDescriptor;
        // CLONE_FILES, or 0: then the child has a copy from the start, and closes all up to the highest.
        public ulong Sharing;
        public int HighestDescriptor;
        public uint Umask;
        public nint* Preparing;
        public int PreparingCount;
        public int Prepared;
        public byte* WorkingDirectory;
        public byte* Program;
        public byte** Arguments;
        public byte** Environment;
        // The last step that was begun; if there is an error, it failed.
        public ChildStep Step;
        public int Error;
        public int OpenAt;
        public int Read;
        public byte* OwnStat;
        public int StatBytes;
        public fixed byte Stat[MostStatBytes];
    }

    // struct clone_args of clone3(2).
    [StructLayout(LayoutKind.Sequential)]
    private struct CloneArguments
    {
        public ulong Flags;
        public ulong PidFd;
        public ulong ChildTid;
        public ulong ParentTid;
        public ulong ExitSignal;
        public ulong Stack;
        public ulong StackSize;
        public ulong Tls;
        public ulong SetTid;
        public ulong SetTidSize;
        public ulong Cgroup;
    }
}
