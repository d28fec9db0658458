using System.CommandLine;
using Sentinel.Api;
using Sentinel.Core.Diagnosis;
using Sentinel.Core.Home;
using Sentinel.Core.Host;
using Sentinel.Core.Logs;
using Sentinel.Core.Queries;
using Sentinel.Core.Startup;
using Sentinel.Core.Store;
using Sentinel.Core.Supervision;
using Sentinel.Core.Trees;
using Sentinel.Linux.Files;
using Sentinel.Linux.Groups;
using Sentinel.Linux.Proc;
using Sentinel.Linux.Sockets;
using Sentinel.Linux.Spawning;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Rendering;
using Sentinel.Wiring;

namespace Sentinel.Commands;

internal static class DoctorCommand
{
    public static Command Create()
    {
        var json = SharedOptions.Json();
        var command = new Command("doctor") { json };
        command.SetAction(result =>
        {
            using var session = Session.OfAnyHome(result.GetValue(json));
            var findings = Examine(session);
            if (session.IsJson)
                session.Print(Documents.Of(findings, session.Warnings));
            else
                foreach (var line in FindingList.Lines(findings, session.Style))
                    session.Output.Line(line);
            return findings.Any(finding => finding.Level == Level.Broken) ? ExitCode.Failure : ExitCode.Success;
        });
        return command;
    }

    /// <summary>What is found in a home, which may be unusable.</summary>
    public static List<Finding> Examine(Session session)
    {
        // In another user's folder nothing is read, which the finding on the state says, and nothing is tried.
        if (HomeFiles.WhyNotHome(session.Home.Folder, isToWrite: false) is not null)
            return
            [
                .. Finding.Of(Areas.Kernel, () => KernelCheck.Of(KernelProbe.Look(session.Table))),
                .. Finding.Of(Areas.ControlGroups, () => ControlGroupCheck.Of(ControlGroup.Look())),
                .. Finding.Of(Areas.Home, () => HomeCheck.Of(HomeProbe.Look(session.Home))),
                .. Finding.Of(Areas.State, () => StateCheck.Of(StateCheck.Look(session.Home, session.Store.Files, Parts.PythonState(session.Home, session.Table)))),
            ];
        var files = StateCheck.Look(session.Home, session.Store.Files, Parts.PythonState(session.Home, session.Table));
        if (ProcessTable.WhyBlind() is { } blind)
            // Any answer about processes would be about other processes.
            return
            [
                Finding.Broken(Areas.Kernel, blind.Split("; ")[0], "mount the /proc of this pid namespace: mount -t proc proc /proc"),
                .. Finding.Of(Areas.Home, () => HomeCheck.Of(HomeProbe.Look(session.Home))),
                .. Finding.Of(Areas.State, () => StateCheck.Of(files)),
            ];
        var snapshot = new Snapshot(session.Table);
        // Without a usable state, that is reported, and nothing more can be said.
        var state = files.Usable is { } usable ? new Reconciliation(session.Home, TimeProvider.System, new PidFiles(new RegularFiles())).Look(usable, snapshot) : null;
        var daemon = new Lazy<DaemonSight>(() => LookAtDaemon(session));
        return
        [
            .. Finding.Of(Areas.Kernel, () => KernelCheck.Of(KernelProbe.Look(session.Table))),
            .. Finding.Of(Areas.ControlGroups, () => ControlGroupCheck.Of(ControlGroup.Look())),
            .. Finding.Of(Areas.Home, () => HomeCheck.Of(HomeProbe.Look(session.Home))),
            .. Finding.Of(Areas.State, () => StateCheck.Of(files)),
            .. Finding.Of(Areas.Logs, () => LogFolderCheck.Of(LookAtLogs(session.Home))),
            .. Finding.Of(Areas.Limits, () => LimitsCheck.Of(LimitsProbe.Look(PidOf(daemon.Value) ?? Environment.ProcessId), state?.Processes.Count ?? 0)),
            .. Finding.Of(Areas.Daemon, () => DaemonCheck.Of(daemon.Value, BuildVersion.Text, state?.Processes.Values ?? [])),
            .. state is null ? [] : Finding.Of(Areas.Processes, () => ProcessCheck.Of(LookAtProcesses(session, state, snapshot))),
            .. state is null ? [] : Finding.Of(Areas.Processes, () => ProcessCheck.OfStrays(Stray.Find(state, snapshot))),
            .. state is null ? [] : Finding.Of(Areas.Ports, () => LookAtPorts(session, state, snapshot)),
            .. Finding.Of(Areas.Boot, () => BootCheck.Of([.. UnitFolders.Ours().Select(LookAtUnit)])),
        ];
    }

    private static BootUnit LookAtUnit((string Path, string Unit) found) => new(
        found.Path,
        ProgramPath.Find(SystemdUnit.CommandOf(found.Unit).FirstOrDefault(""), "/", path: null, out _)
        ?? (SystemdUnit.ProjectOf(found.Unit) is { } file && !File.Exists(file) ? $"there is no file {file}" : null));

    private static LogFolder LookAtLogs(SentinelHome home)
    {
        var files = new LogFiles();
        if (Directory.Exists(home.Logs))
            return new LogFolder(home.Logs, HomeProbe.FileSystemOf(home.Logs), new LogRotation(files).RungOf(home.Logs));
        var parent = HomeProbe.NearestOf(home.Logs);
        return new LogFolder(home.Logs, HomeProbe.FileSystemOf(parent), files.KnownOf(parent));
    }

    private static DaemonSight LookAtDaemon(Session session)
    {
        try
        {
            if (session.Daemon is { } daemon)
                return new DaemonSight.Answers(daemon.Describe());
            return DaemonCommand.FindDaemon(session) is { } deaf
                ? new DaemonSight.Deaf(deaf.Pid)
                : new DaemonSight.None(File.Exists(session.Home.Socket));
        }
        catch (DaemonException e)
        {
            // The advice after the semicolon is left out; doctor gives its own.
            return e.IsSilent ? new DaemonSight.Silent(StateFiles.HolderOf(session.Home.Lock)) : new DaemonSight.Strange(e.Message.Split("; ")[0]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new DaemonSight.Closed(e.Message.TrimEnd('.'));
        }
    }

    private static int? PidOf(DaemonSight daemon) => daemon switch
    {
        DaemonSight.Answers answers => answers.Status.Pid,
        DaemonSight.Silent silent => silent.Pid,
        DaemonSight.Deaf deaf => deaf.Pid,
        _ => null,
    };

    private static List<ProcessSight> LookAtProcesses(Session session, State state, Snapshot snapshot)
    {
        var remains = Overview.Remains(state.Processes.Values, snapshot);
        var now = DateTimeOffset.UtcNow;
        IProcessTable table = session.Table;
        using var log = session.TryOpenLog(session.Home.Events);
        var restarts = (log is null ? [] : EventLog.Read(log, log.End)).OfType<Event.Started>()
            .Where(started => started.Automatic && now - started.Time < Story.Restarts.Span).CountBy(started => started.Id).ToDictionary();
        return [.. state.Processes.Values.Select(record => new ProcessSight(
            record,
            [.. remains.GetValueOrDefault(record.Id, []).Select(process => process.Pid).Order()],
            LogFaults.Of(record, session.Home, session.Store.Files, session.OpenLogs))
        {
            Restarts = restarts.GetValueOrDefault(record.Id),
            LeaseOver = record.State.Main is not null || remains.ContainsKey(record.Id) ? record.WhyToEnd(session: null, now, table.MayBeAlive) : null,
            WhyNotStart = record.State.IsOver ? session.Supervisor.WhyNotStart(record, state) : null,
        })];
    }

    private static IEnumerable<Finding> LookAtPorts(Session session, State state, Snapshot snapshot)
    {
        var listeners = new Ports(session.Table).Listeners(state.Ports.Keys.ToHashSet());
        var owners = state.Ports.Values.Select(lease => lease.ProcessId).OfType<int>().Distinct().Select(id => TreeRoot.Of(state.Processes[id])).ToList();
        var trees = ProcessTrees.Find(owners, snapshot, state.Processes.Values.Select(TreeRoot.Of));
        return PortCheck.Of(
            state,
            listeners,
            // A process younger than the snapshot may belong to the tree.
            (owner, pid) => snapshot.All.ContainsKey(pid) && !trees.GetValueOrDefault(owner, []).Exists(member => member.Pid == pid),
            DateTimeOffset.UtcNow);
    }
}
