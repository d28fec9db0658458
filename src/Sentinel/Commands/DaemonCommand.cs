using System.CommandLine;
using System.Text;
using Sentinel.Api;
using Sentinel.Core.Host;
using Sentinel.Core.Supervision;
using Sentinel.Linux.Files;
using Sentinel.Linux.Loop;
using Sentinel.Linux.Proc;
using Sentinel.Linux.Sockets;
using Sentinel.Linux.Spawning;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;
using Sentinel.Rendering;
using Sentinel.Wiring;
using Command = System.CommandLine.Command;

namespace Sentinel.Commands;

internal static class DaemonCommand
{
    private const int LogLines = 10;

    // How long a daemon may take to answer.
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(5);

    public static Command Create() => new("daemon")
    {
        Start(), Stop(), Status(), Restart(), Run(),
    };

    private static Command Start()
    {
        var json = SharedOptions.Json();
        var command = new Command("start", "Start the daemon in the background") { json };
        command.SetAction(result => Invocation.InSession(result, json, session =>
        {
            var (status, isOurs) = DaemonClient.Describe(session.Home, session.Warn) is { } running ? (running, false) : StartDaemon(session);
            return Say(session, $"{(isOurs ? "Started daemon" : "Daemon is already running")} (pid: {status.Pid})", status);
        }));
        return command;
    }

    private static Command Stop()
    {
        var json = SharedOptions.Json();
        var withProcesses = SharedOptions.Flag("--with-processes", "Also stop all processes");
        var force = SharedOptions.Flag("--force", "Kill a daemon that does not answer; the processes keep running");
        var command = new Command("stop", "Stop the daemon; the processes keep running") { withProcesses, force, json };
        command.SetAction(result => Invocation.InSession(result, json, session =>
        {
            // With --force it is killed first, otherwise stopped last: either way someone is there to stop the processes.
            var killed = result.GetValue(force) ? EndDaemon(session, SignalName.Kill) : null;
            var outcomes = result.GetValue(withProcesses) ? session.Do(new Request.Stop(new Selection.All(), StopOptions.Default)) : [];
            var ended = killed ?? EndDaemon(session, SignalName.Terminate);
            if (ended is null)
                Say(session, "Daemon is not running", null);
            else
                Say(session, $"{(killed is null ? "Stopped" : "Killed")} daemon (pid: {ended})", null, ended);
            if (ended is not null && !session.IsJson)
                session.Output.Line(WhatGoesOn(session));
            return session.Fail([.. outcomes.OfType<Outcome.Failed>()]);
        }));
        return command;
    }

    private static Command Status()
    {
        var json = SharedOptions.Json();
        var command = new Command("status", "Show whether the daemon is running, and its state") { json };
        command.SetAction(result => Invocation.InSession(result, json, session =>
        {
            if (DaemonClient.Describe(session.Home, session.Warn) is not { } status)
            {
                Say(session, "Daemon is not running", null);
                return ExitCode.Failure;
            }

            Say(session, $"Daemon is running (pid: {status.Pid})", status);
            if (result.GetValue(json))
                return ExitCode.Success;
            foreach (var (label, value) in Facts(session, status))
                session.Output.Line($"  {session.Style.Paint($"{label + ":",-12}", Color.Dim)}{value}");
            return ExitCode.Success;
        }));
        return command;
    }

    private static Command Restart()
    {
        var json = SharedOptions.Json();
        var command = new Command("restart", "Restart the daemon with the installed program; the processes keep running") { json };
        command.SetAction(result => Invocation.InSession(result, json, session =>
        {
            EndDaemon(session, SignalName.Terminate);
            var (status, _) = StartDaemon(session);
            return Say(session, $"Restarted daemon (pid: {status.Pid})", status);
        }));
        return command;
    }

    private static Command Run()
    {
        var withProcesses = SharedOptions.Flag(
            "--with-processes", "When it is to end (SIGTERM, SIGINT, SIGHUP), stop all processes first; a second signal kills them [default: as process 1 of a container]");
        var exitWith = new Option<string?>("--exit-with")
        {
            Description = "When this process has ended and will not be restarted, stop all others and exit with its code",
            HelpName = SharedOptions.ProcessesName,
        };
        exitWith.CompletionSources.Add(_ => SharedOptions.Names());
        var command = new Command("run", "Run the daemon in the foreground, for service managers and containers; SIGHUP reloads") { withProcesses, exitWith };
        command.SetAction(result =>
        {
            if (ProcessTable.WhyBlind() is { } why)
                return Session.Fail(why);
            using var session = new Session(isJson: false);
            var with = result.GetValue(exitWith) is { } name ? Selecting.One(name, session.Store.Read(), Caller.FolderAsSeen) : default;
            if (with.Missing is { } missing)
                return session.Fail([missing]);
            using var host = new DaemonHost(session.Home);
            if (!host.Run(result.GetValue(withProcesses) || with.Found is not null || Environment.ProcessId == 1, with.Found?.Id))
                return Session.Fail($"another daemon or command (pid {StateFiles.HolderOf(session.Home.Lock)}) is at work in {session.Home.Folder}");
            return host.EndedWith is not { } how ? ExitCode.Success : ExitCode.Of(how) ?? Session.Fail($"{with.Found!.Spec.Name} {how}");
        });
        return command;
    }

    private static IEnumerable<(string Label, string Value)> Facts(Session session, DaemonStatus status)
    {
        yield return ("Version", status.Version);
        yield return ("Protocol", status.Protocols.ToString());
        yield return ("Uptime", Text.Duration(DateTimeOffset.UtcNow - status.StartedAt));
        yield return ("Memory", session.Table.Look(status.Pid) is { } seen ? Text.ExactMemory(seen.MemoryBytes) : "-");
        yield return ("Supervises", $"{Text.Count(status.Supervised, "process", "processes")}, {status.Running} running");
        yield return ("Restarts", status.Restarts.ToString());
        yield return ("Last error", status.LastError ?? "none");
        yield return ("Log", session.Home.DaemonLog);
    }

    /// <summary>Starts the daemon, and says so, unless one runs.</summary>
    public static void Ensure(Session session)
    {
        if (session.FindDaemon() is null && StartDaemon(session) is { Status: var status, IsOurs: true } && !session.IsJson)
            session.Output.Line($"Started daemon (pid: {status.Pid})");
    }

    private static (DaemonStatus Status, bool IsOurs) StartDaemon(Session session)
    {
        new StateFiles().MakePrivateFolder(session.Home.Folder);
        var program = Environment.ProcessPath!;
        var identity = new Spawner(session.Table).Spawn(new Launch(
            new Model.Specs.Command([program, "daemon", "run"], "sentinel daemon run", Shell: false),
            "/",
            Caller.Environment.With("SENTINEL_HOME", session.Home.Folder),
            Caller.Umask,
            session.Home.DaemonLog,
            session.Home.DaemonLog,
            LogLimits.Default,
            Cookie: null));
        var handles = new ProcessHandles(session.Table);
        using var process = handles.Open(identity);
        for (var begun = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(begun) < StartTimeout;)
        {
            if (DaemonClient.Describe(session.Home, session.Warn) is { } status)
                return (status, status.Pid == identity.Pid);
            if (process is null or { HasEnded: true })
                throw new DaemonException($"the daemon did not start:\n{EndOfLog(session)}");
            handles.WaitAny([process], PollInterval).GetAwaiter().GetResult();
        }

        throw new DaemonException($"the daemon (pid {identity.Pid}) does not answer; its log says:\n{EndOfLog(session)}");
    }

    private static string WhatGoesOn(Session session)
    {
        var running = session.Look().State.Processes.Values
            .Count(process => process.State is RunState.Running);
        return running == 0 ? "No process is running" : $"{Text.Count(running, "process keeps", "processes keep")} running";
    }

    // By a signal: a daemon of another version would not understand a request. Null when no daemon is running.
    internal static int? EndDaemon(Session session, int signal)
    {
        var handles = new ProcessHandles(session.Table);
        if (FindDaemon(session) is not { } identity || handles.Open(identity) is not { } process)
            return DaemonClient.Find(session.Home, session.Warn) is null ? null : throw new DaemonException(
                $"another user's daemon is at work in {session.Home.Folder}; only that user and root can stop it");
        using (process)
        {
            var idle = new Idleness(identity.Pid);
            if (process.Signal(signal) is { } refusal)
                throw new DaemonException($"the daemon (pid {identity.Pid}) {refusal}");
            handles.WaitAny([process], DaemonClient.SilenceLimit).GetAwaiter().GetResult();
            if (!process.HasEnded)
                throw DaemonClient.Silent(session.Home, idle);
            // One that was killed could not.
            DaemonPidFile.Remove(session.Home.DaemonPid);
            return identity.Pid;
        }
    }

    // Only a process that has our lock file open, and was started as a daemon is, counts as the daemon.
    internal static ProcessIdentity? FindDaemon(Session session) =>
        StateFiles.HolderOf(session.Home.Lock) is { } pid
        && session.Table.Look(pid) is { HasEnded: false } seen
        && OpenFiles.Of(pid).Contains(session.Home.Lock)
        && File.ReadAllText($"/proc/{pid}/cmdline").Contains("\0daemon\0run\0", StringComparison.Ordinal)
            ? session.Table.IdentityOf(seen)
            : null;

    private static string EndOfLog(Session session)
    {
        var lines = Encoding.UTF8.GetString(session.Store.Files.ReadAll(session.Home.DaemonLog) ?? []).TrimEnd('\n').Split('\n');
        return string.Join('\n', lines.TakeLast(LogLines));
    }

    private static int Say(Session session, string line, DaemonStatus? status, int? stopped = null)
    {
        if (session.IsJson)
            session.Print(Documents.Of(status, stopped));
        else
            session.Output.Line(line);
        return ExitCode.Success;
    }
}
