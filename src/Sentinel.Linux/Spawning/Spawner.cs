using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Host;
using Sentinel.Core.Logs;
using Sentinel.Linux.Files;
using Sentinel.Linux.Groups;
using Sentinel.Linux.Native;
using Sentinel.Linux.Proc;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Linux.Spawning;

/// <inheritdoc/>
public sealed unsafe class Spawner(ProcessTable table) : ISpawner
{
    private const string Shell = "/bin/sh";
    private const uint OwnerOnly = 0x180; // 0600
    private const uint OwnerOnlyFolder = 0x1c0; // 0700

    // Nothing else ends with this code by accident.
    private const int TrialCode = 7;

    // From this many on, preparing costs less than it saves.
    private const int Many = 10;

    // What children inherit from us may be changed from outside, but hardly in so short a time, in which many are started.
    private const int OwnMilliseconds = 200;

    // Opened early, so that the numbers are low: a child copies all descriptors below those that it needs.
    private readonly SafeFileHandle _stdin = Open("/dev/null", LibC.O_RDONLY);
    private readonly SafeFileHandle _stdout = Open("/dev/null", LibC.O_RDONLY);
    private readonly SafeFileHandle _stderr = Open("/dev/null", LibC.O_RDONLY);

    private readonly Dictionary<string, LogRung> _rungs = [];
    private (Inherited Is, long Until)? _own;
    private readonly RemoteProbe _remote = new();
    private int _spawned;
    private OwnMemory? _memory;

    public string? WhyNot(Launch launch) => WhyNot(launch, out var program) ?? ProgramFile.Read(program)?.WhyNot(program, launch.WorkingDirectory)
        ?? HomeFiles.WhyNoLog(launch.StdoutPath) ?? HomeFiles.WhyNoLog(launch.StderrPath);

    public string? CannotInherit(Launch launch, string? surroundings)
    {
        if (surroundings is not null && Surroundings.Difference(surroundings) is { } difference)
            return $"the daemon {difference} than you, and passes that on to the process; "
                + "'sentinel daemon stop' makes commands start processes themselves; a separate SENTINEL_HOME leaves the daemon to others";
        try
        {
            return launch.Inherited is { } inherited && Inheritance.Missing(launch.Treatment, Inherited.Parse(inherited), Own, Rights.Own.Value) is { } missing
                ? surroundings is null
                    ? $"this shell, or the daemon, cannot give it {missing}; 'start' or 'restart' with --update-env gives it what the shell has"
                    : $"the daemon cannot give it {missing}; 'sentinel daemon restart' gives the daemon what you have, and keeps the processes running"
                : null;
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            return $"what it has of its caller cannot be read: {e.Message}";
        }
    }

    public string? WhyUnreachable(IEnumerable<string> paths) => _remote.WhyNot(paths);

    public string? WhyNoMore => Descriptors.WhyNoMore();

    public ProcessIdentity Spawn(Launch launch) => Spawn(launch, output: null);

    /// <param name="output">Where it writes, instead of to its logs.</param>
    /// <inheritdoc cref="Spawn(Launch)"/>
    internal ProcessIdentity Spawn(Launch launch, SafeFileHandle? output)
    {
        if (WhyNot(launch, out var program) is { } reason)
            throw new SpawnException(reason);
        if (++_spawned == Many)
            Prepare();
        try
        {
            using var input = launch.Text is { } text ? InputText.Make(text) : output is not null ? null : launch.Input switch
            {
                StandardInput.Open => InputPipe.Make(launch.InputPath!, launch.Account),
                StandardInput.Terminal => OpenTerminal(launch),
                _ => null,
            };
            output ??= launch.Input == StandardInput.Terminal ? input : null;
            if (output is null)
                OpenLogs(launch);
            else if (LibC.dup3(output, _stdout, LibC.O_CLOEXEC) < 0 || LibC.dup3(output, _stderr, LibC.O_CLOEXEC) < 0)
                throw SystemCallException.Last("open", "a pipe");
            using var group = launch.Cookie is { } cookie ? ControlGroup.Open(cookie, launch.Treatment.Tree) : null;
            using var child = new Child(launch, input ?? _stdin, _stdout, _stderr, launch.Inherited is { } inherited ? (Inherited.Parse(inherited), Own) : null);
            _memory?.KeepFromChildren();

            // No process is made unless a descriptor is left to look at it.
            using var spare = Above(_stdin, "keep", "a descriptor free");
            var arguments = launch.Executed.Arguments;
            var into = group;
            var pid = child.Execute(program, arguments, into, out var failure);
            if (failure is { Step: ChildStep.Join } && launch.Treatment.Tree.IsNone)
            {
                // The system does not let us use the group, or a container forbids clone3. We go on without, and remove the group first:
                // empty, it would say that the tree is gone.
                CleanUp(launch.Cookie!);
                into = null;
                pid = child.Execute(program, arguments, into, out failure);
            }

            if (failure is { Step: ChildStep.Execute, Error: LibC.ENOEXEC })
            {
                if (ProgramFile.Read(program)?.WhyNoScript(program) is { } no)
                    throw new SpawnException(no);
                // A script that does not name its interpreter: a shell runs it, as everywhere.
                pid = child.Execute(Shell, [Shell, program, .. arguments.Skip(1)], into, out failure);
            }

            if (failure is { } failed)
                throw new SpawnException((failed is { Step: ChildStep.Execute, Error: LibC.ENOENT } ? ProgramFile.Read(program)?.WhyNot(program, launch.WorkingDirectory) : null)
                    ?? failed.ToString(program, launch.WorkingDirectory));

            spare.Dispose();
            // It cannot be gone: only we, its parent, could reap it.
            if ((child.StartTicks(table) ?? table.Look(pid)?.StartTicks) is { } start)
                return new ProcessIdentity(pid, start, table.BootId, table.PidNamespace);
            // A process that nobody could find again must not live.
            if (LibC.kill(pid, SignalName.Kill) == 0)
                LibC.waitpid(pid, null, 0);
            throw new SpawnException("the new process cannot be seen in /proc, and was ended at once");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or OverflowException)
        {
            throw new SpawnException(e.Message);
        }
        finally
        {
            // Do not keep deleted logs open.
            LibC.dup3(_stdin, _stdout, LibC.O_CLOEXEC);
            LibC.dup3(_stdin, _stderr, LibC.O_CLOEXEC);
        }
    }

    /// <summary>Finds out again what file systems can do: another may be mounted by now.</summary>
    public void ForgetFileSystems() => _rungs.Clear();

    /// <summary>Makes later children faster, for a process that will start many; it happens by itself at the tenth.</summary>
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

    /// <summary>Makes a child that ends at once, for the caller to reap; null when none can be made.</summary>
    internal int? Try(SafeFileHandle? group)
    {
        using var child = new Child(OwnProcess.Launch("true"), _stdin, _stdout, _stderr);
        var pid = child.Execute(Shell, [Shell, "-c", $"exit {TrialCode}"], group, out var failure);
        return failure is null ? pid : null;
    }

    public void CleanUp(string cookie) => ControlGroup.Remove(cookie);

    public void CleanUpAll(IReadOnlyCollection<string> records) => ControlGroup.RemoveAll(records);

    private Inherited Own
    {
        get
        {
            if (_own is not { } own || own.Until < Environment.TickCount64)
                _own = own = (Inheritance.Own(), Environment.TickCount64 + OwnMilliseconds);
            return own.Is;
        }
    }

    private string? WhyNot(Launch launch, out string program)
    {
        program = "";
        // What runs before it may make the program first.
        var (name, path) = ((launch.Before is null ? launch.Command : launch.Executed).Arguments[0], launch.Environment["PATH"]);
        if (WhyUnreachable(ProgramPath.Candidates(name, launch.WorkingDirectory, path).Prepend(launch.WorkingDirectory)) is { } unreachable)
            return unreachable;
        if (ProgramPath.IsFolder(launch.WorkingDirectory) is not true)
            return $"there is no folder {launch.WorkingDirectory} to run it in";
        if (ProgramPath.Find(name, launch.WorkingDirectory, path, out program) is { } why)
            return name.Contains('/') || !launch.IsAgain ? why
                : $"{why}; its PATH is that of its 'run': {path}; 'start' or 'restart' with --update-env gives it the PATH of your shell";
        if (launch.Secrets.Count > 0)
            program = launch.Executed.Arguments[0];
        return ControlGroup.WhyNot(launch.Treatment.Tree);
    }

    // Its keeper writes to the one log, and the other is there and empty, as of a program that writes nothing to it.
    private static SafeFileHandle OpenTerminal(Launch launch)
    {
        MakeLogFolder(launch);
        HomeFiles.OpenLog(launch.StdoutPath).Dispose();
        HomeFiles.OpenLog(launch.StderrPath).Dispose();
        return PseudoTerminal.Open(launch);
    }

    // Only these folders: a home that was moved away is not made again where it was. The logs of a project have a folder of their own.
    private static void MakeLogFolder(Launch launch)
    {
        if (launch.LogFolder is { } all)
            LibC.mkdir(all, OwnerOnlyFolder);
        LibC.mkdir(Path.GetDirectoryName(launch.StdoutPath)!, OwnerOnlyFolder);
    }

    private void OpenLogs(Launch launch)
    {
        MakeLogFolder(launch);
        OpenLog(launch.StdoutPath, launch, _stdout);
        OpenLog(launch.StderrPath, launch, _stderr);
    }

    private void OpenLog(string log, Launch launch, SafeFileHandle place)
    {
        // Even if a reader writes it: a bad log is refused here, and one that leads nowhere needs no reader.
        using var file = HomeFiles.OpenLog(log);
        // The daemon's own log does not belong to a supervised process.
        if (launch.Cookie is not null && !HomeFiles.KeepsNothing(file, log)
            && (launch.LogPipe || (launch.LogLimits.MaxBytes > 0 && RungOf(Path.GetDirectoryName(log)!) == LogRung.Reader)))
            LogReaders.Open(log, launch, place);
        else if (LibC.dup3(file, place, LibC.O_CLOEXEC) < 0)
            throw SystemCallException.Last("open", log);
    }

    private LogRung RungOf(string folder)
    {
        if (!_rungs.TryGetValue(folder, out var rung))
            _rungs[folder] = rung = new LogRotation(new LogFiles()).RungOf(folder);
        return rung;
    }

    private static SafeFileHandle Open(string path, int flags)
    {
        using var file = LibC.open(path, flags | LibC.O_CLOEXEC, OwnerOnly);
        if (file.IsInvalid)
            throw SystemCallException.Last("open", path);
        return Above(file, "open", path);
    }

    // Above the standard streams, which the child is about to replace; we may have been started with them closed.
    private static SafeFileHandle Above(SafeFileHandle file, string call, string about)
    {
        var above = LibC.fcntl(file, LibC.F_DUPFD_CLOEXEC, 3);
        return above >= 0 ? new SafeFileHandle(above, ownsHandle: true) : throw SystemCallException.Last(call, about);
    }
}
