using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Host;
using Sentinel.Core.Logs;
using Sentinel.Core.Policy;
using Sentinel.Core.Specs;

namespace Sentinel.Linux;

/// <inheritdoc/>
public sealed unsafe class Spawner(ProcessTable table) : ISpawner
{
    private const string Shell = "/bin/sh";
    private const uint OwnerOnly = 0x180; // 0600
    private const uint OwnerOnlyFolder = 0x1c0; // 0700

    // What a path of a descriptor of ours begins with: it is what it is.
    private const string OwnDescriptors = "/proc/self/fd/";

    // The major number of /dev/null and its like; see mem(4).
    private const uint MemoryDevices = 1;

    // Nothing else ends with it by accident.
    private const int TrialCode = 7;

    // From so many on, preparing costs less than it saves.
    private const int Many = 10;

    // Taken early, and so with low numbers: a child copies all that are lower than those it needs.
    private readonly SafeFileHandle _stdin = Open("/dev/null", LibC.O_RDONLY);
    private readonly SafeFileHandle _stdout = Open("/dev/null", LibC.O_RDONLY);
    private readonly SafeFileHandle _stderr = Open("/dev/null", LibC.O_RDONLY);

    private readonly Dictionary<string, LogRung> _rungs = [];
    private int _spawned;
    private OwnMemory? _memory;

    public string? WhyNot(Launch launch) => WhyNot(launch, out _);

    public ProcessIdentity Spawn(Launch launch)
    {
        if (WhyNot(launch, out var program) is { } reason)
            throw new SpawnException(reason);
        if (++_spawned == Many)
            Prepare();
        try
        {
            // That one alone: a home that was moved away is not made anew where it was.
            LibC.mkdir(Path.GetDirectoryName(launch.StdoutPath)!, OwnerOnlyFolder);
            OpenLog(launch.StdoutPath, launch, _stdout);
            OpenLog(launch.StderrPath, launch, _stderr);
            using var group = launch.Cookie is { } cookie ? ControlGroup.Open(cookie, launch.Treatment.Tree) : null;
            using var child = new Child(launch, _stdin, _stdout, _stderr);
            _memory?.KeepFromChildren();

            var arguments = launch.Command.Arguments;
            var into = group;
            var pid = child.Execute(program, arguments, into, out var failure);
            if (failure is { Step: ChildStep.Join } && launch.Treatment.Tree.IsNone)
            {
                // A group that the system will not have us use; or a container that forbids clone3. It is done without, and the group
                // goes first: with nobody in it, it would tell that the tree has gone.
                CleanUp(launch.Cookie!);
                into = null;
                pid = child.Execute(program, arguments, into, out failure);
            }

            if (failure is { Step: ChildStep.Execute, Error: LibC.ENOEXEC })
                // A script that does not say what interprets it: then a shell does, as everywhere.
                pid = child.Execute(Shell, [Shell, program, .. arguments.Skip(1)], into, out failure);
            if (failure is { } failed)
                throw new SpawnException(failed.ToString(program, launch.WorkingDirectory));

            // It cannot be gone: only we, its parent, could reap it.
            return new ProcessIdentity(pid, table.Look(pid)!.Value.StartTicks, table.BootId);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SpawnException(e.Message);
        }
        finally
        {
            // Logs that are deleted are to be gone.
            LibC.dup3(_stdin, _stdout, LibC.O_CLOEXEC);
            LibC.dup3(_stdin, _stderr, LibC.O_CLOEXEC);
        }
    }

    /// <summary>Makes all that comes faster, for whoever will spawn much; it comes by itself with the tenth.</summary>
    public void Prepare()
    {
        var memory = OwnMemory.Find();
        memory.KeepFromChildren();
        var status = 0;
        if (Try(group: null) is not { } pid
            || (LibC.waitpid(pid, &status, 0) == pid && Exit.FromWaitStatus(status) == new Exit.Code(TrialCode)))
            _memory = memory;
        else
            memory.GiveToChildren();
    }

    /// <summary>Makes a child that ends at once, and is to be reaped; null when none can be made.</summary>
    internal int? Try(SafeFileHandle? group)
    {
        using var child = new Child(
            new Launch(Command.From(["true"]), "/", new EnvironmentBlock(""u8.ToArray()), 0, "", "", LogLimits.Default, Cookie: null), _stdin, _stdout, _stderr);
        var pid = child.Execute(Shell, [Shell, "-c", $"exit {TrialCode}"], group, out var failure);
        return failure is null ? pid : null;
    }

    public void CleanUp(string cookie) => ControlGroup.Remove(cookie);

    private static string? WhyNot(Launch launch, out string program)
    {
        program = "";
        if (!Directory.Exists(launch.WorkingDirectory))
            return $"there is no folder {launch.WorkingDirectory} to run it in";
        if ((WhyNoLog(launch.StdoutPath) ?? WhyNoLog(launch.StderrPath)) is { } why)
            return why;
        var name = launch.Command.Arguments[0];
        return ProgramPath.Find(name, launch.WorkingDirectory, launch.Environment["PATH"], out program) ?? ControlGroup.WhyNot(launch.Treatment.Tree);
    }

    // Looked at before anything is ended for it. Opening a pipe would wait for somebody who reads it. What leads to /dev/null is the
    // user's way of keeping nothing.
    private static string? WhyNoLog(string log)
    {
        LibC.StatX status;
        if (log.StartsWith(OwnDescriptors, StringComparison.Ordinal) || LibC.statx(LibC.AT_FDCWD, log, 0, LibC.STATX_TYPE, &status) != 0)
            return null;
        var kind = (status.Mode & LibC.S_IFMT) switch
        {
            LibC.S_IFREG => null,
            LibC.S_IFCHR when status.DeviceTypeMajor == MemoryDevices => null,
            LibC.S_IFIFO => "a named pipe",
            LibC.S_IFSOCK => "a socket",
            LibC.S_IFDIR => "a folder",
            _ => "a device",
        };
        return kind is null ? null : $"{log} is {kind}, and no file that a log could be written to: move it away";
    }

    private void OpenLog(string log, Launch launch, SafeFileHandle place)
    {
        // The daemon's own is no supervised process's.
        if (launch.Cookie is not null
            && (launch.LogPipe || (launch.LogLimits.MaxBytes > 0 && RungOf(Path.GetDirectoryName(log)!) == LogRung.Reader))
            && !log.StartsWith(OwnDescriptors, StringComparison.Ordinal))
            LogReaders.Open(log, launch, place);
        else
            Open(log, place);
    }

    private LogRung RungOf(string folder)
    {
        if (!_rungs.TryGetValue(folder, out var rung))
            _rungs[folder] = rung = new LogRotation(new LogFiles()).RungOf(folder);
        return rung;
    }

    private static void Open(string log, SafeFileHandle place)
    {
        // Not blocking: nobody may read a pipe that was put there just now.
        using var file = LibC.open(log, LibC.O_WRONLY | LibC.O_CREAT | LibC.O_APPEND | LibC.O_NONBLOCK | LibC.O_CLOEXEC, OwnerOnly);
        if (file.IsInvalid)
            throw SystemCallException.Last("open", log);
        if (WhyNoLog(log) is { } why)
            throw new SpawnException(why);
        if (LibC.fcntl(file, LibC.F_SETFL, LibC.O_APPEND) < 0 || LibC.dup3(file, place, LibC.O_CLOEXEC) < 0)
            throw SystemCallException.Last("open", log);
    }

    private static SafeFileHandle Open(string path, int flags)
    {
        using var file = LibC.open(path, flags | LibC.O_CLOEXEC, OwnerOnly);
        if (file.IsInvalid)
            throw SystemCallException.Last("open", path);
        // Above the standard streams, which the child is about to replace; whoever started us may have closed his.
        var above = LibC.fcntl(file, LibC.F_DUPFD_CLOEXEC, 3);
        return above >= 0 ? new SafeFileHandle(above, ownsHandle: true) : throw SystemCallException.Last("open", path);
    }
}
