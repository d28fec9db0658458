using System.CommandLine;
using Sentinel.Core.Supervision;
using Sentinel.Linux.Proc;
using Sentinel.Linux.Sockets;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;
using Sentinel.Rendering;
using Command = System.CommandLine.Command;

namespace Sentinel.Commands;

internal static class RunCommand
{
    public static Command Create()
    {
        var words = new Argument<string[]>("command")
        {
            Description = "Command to run: one argument is a command line, as for a shell; several arguments, "
                + "and all after --, are executed as they are",
            Arity = ArgumentArity.OneOrMore,
        };
        var name = new Option<string?>("--name") { Description = "Name for the process [default: the program's name]" };
        var folder = new Option<string?>("--cwd") { Description = "Folder to run it in [default: this one]", HelpName = "dir" };
        var environment = new EnvironmentOptionSet();
        var ports = new Option<string[]>("--port")
        {
            Description = $"Lease a port for as long as the process is registered, and pass it in VARIABLE [default: {PortRequest.DefaultVariable}] (repeatable)",
            HelpName = "name[=VARIABLE]",
        };
        var group = new Option<string?>("--group") { Description = "Group to add it to", HelpName = "name" };
        var makesGroup = SharedOptions.Flag("--create-group", "Create the group if it does not exist");
        var lease = new LeaseOptionSet();
        var treatment = new TreatmentOptionSet();
        var options = new RunOptionSet();
        var health = new HealthOptionSet();
        var instances = SharedOptions.Number(
            "--instances", 1, Instance.Most, "Run this many instances as one set: NAME-1, NAME-2, ..., each with its own ports, and its number in SENTINEL_INSTANCE");
        var waits = SharedOptions.Flag("--wait", "Wait until it is ready; on failure print the reason and its last output");
        var json = SharedOptions.Json();
        var command = new Command("run", "Start a background process") { words, name, folder };
        environment.AddTo(command);
        command.Options.Add(ports);
        command.Options.Add(group);
        command.Options.Add(makesGroup);
        command.Options.Add(instances);
        lease.AddTo(command);
        treatment.AddTo(command);
        options.AddTo(command);
        health.AddTo(command);
        RunWords.AddTo(command);
        command.Options.Add(waits);
        command.Options.Add(json);
        command.Check(result =>
        {
            SharedOptions.CheckName(result.GetValue(name));
            SharedOptions.CheckName(result.GetValue(group));
            if (result.GetValue(folder) is "")
                throw new FormatException("--cwd takes a folder, not ''");
            Model.Specs.Command.From(result.GetValue(words) ?? [], RunWords.IsExact(result));
            Ports(result.GetValue(ports)!);
            if (result.GetValue(makesGroup) && result.GetValue(group) is null)
                throw new FormatException("--create-group needs --group");
            if (result.GetValue(instances) > 1 && options.HasPidFile(result))
                throw new FormatException("--pid-file names one file, and each of several --instances needs its own");
            if (health.IdleIn(result, null) is { } idle)
                throw new FormatException($"{idle} needs --health-http, --health-tcp, --health-exec or --health-notify");
        });
        command.SetAction(result => Invocation.InSession(result, json, session =>
        {
            if (RunWords.TakenIn(result) is { Length: > 0 } taken)
                Output.Tell($"Note: {string.Join(", ", taken)} after the command is taken as an option of run; put -- before the command to pass it on.");
            var caller = Caller.Environment;
            var asked = Model.Specs.Command.From(result.GetValue(words)!, RunWords.IsExact(result.CommandResult));
            var spec = SpecOf(asked, result.GetValue(name), result.GetValue(folder), caller) with
            {
                EnvironmentFiles = environment.Files(result),
                Variables = environment.Variables(result),
                Ports = Ports(result.GetValue(ports)!),
                Group = result.GetValue(group),
            };
            var (ancestry, now) = (new Ancestry(session.Table), DateTimeOffset.UtcNow);
            Owner? owner = null;
            if (lease.OwnerIn(result) is { } pid && (owner = ancestry.Find(pid)) is null)
                return session.Report([new Outcome.Failed(spec.Name, null, $"there is no process with the pid {pid}, which --until names", FailureCode.NotFound)]);
            spec = health.In(result, options.In(result, treatment.In(result, lease.In(result, spec, owner, now))));
            var request = new RunRequest(
                spec, result.GetValue(name) is not null, result.GetValue(makesGroup), caller, result.GetValue(instances), ancestry.OfCaller(now), Caller.Surroundings);
            return Run(session, request, result.GetValue(waits));
        }));
        return command;
    }

    private static List<PortRequest> Ports(string[] words)
    {
        var ports = words.Select(PortRequest.Parse).ToList();
        foreach (var same in ports.GroupBy(port => port.Name).Where(same => same.Count() > 1))
            throw new FormatException($"--port {same.Key} is given twice");
        foreach (var same in ports.GroupBy(port => port.Variable).Where(same => same.Count() > 1))
            throw new FormatException(
                $"{string.Join(" and ", same.Select(port => port.Name))} would both be passed in {same.Key}; choose another variable with --port {same.Last().Name}=VARIABLE");
        return ports;
    }

    private static ProcessSpec SpecOf(Model.Specs.Command command, string? name, string? folder, EnvironmentBlock environment) => new()
    {
        Name = name ?? command.ProgramName,
        Command = command,
        WorkingDirectory = folder is null ? Caller.FolderAsSeen : LastingPath.OfFolder(folder),
        Environment = environment.Key,
        Umask = Caller.Umask,
        Inherited = Caller.Inherited,
    };

    private static int Run(Session session, RunRequest request, bool waits)
    {
        using var waiting = waits ? ReadyWait.Prepare(session, session.Store.Read().FreeId) : null;
        var outcomes = session.Do(new Request.Run(request));
        // Where nothing tells that it is ready, it has to live for a moment.
        var isUntold = request.Spec is { Readiness: null, Health: null };
        if (waiting is not null)
            outcomes = [.. outcomes.Select(outcome => outcome is Outcome.Started started ? waiting.Until(started.Process, serves: isUntold) ?? outcome : outcome)];

        var exitCode = session.Report(outcomes);
        if (waits)
            foreach (var failed in outcomes.OfType<Outcome.Failed>().Select(failure => failure.Process).OfType<ProcessRecord>())
            {
                ReadyWait.ShowLastLines(session, failed);
                ReadyWait.ShowLeft(session, failed);
            }

        if (exitCode == ExitCode.Success && session.Daemon is null)
            WarnWithoutDaemon(request.Spec, isReady: waits);
        return exitCode;
    }

    private static void WarnWithoutDaemon(ProcessSpec spec, bool isReady)
    {
        if (spec.Restart != RestartRule.Never || spec.MaxMemoryBytes is not null)
            Output.Tell("""
                Warning: Restart flag set but daemon is not running. Restarts will only happen
                when you run other sentinel commands.
                  Run 'sentinel daemon start' for continuous monitoring.
                """);
        if (spec.Health is not null || (spec.Readiness?.Probe is not null && !isReady))
            Unasked.Warn(spec.Health is not null, "'run --wait'");
        if (spec.Lease is { Ends: true })
            Output.Tell("""
                Warning: Lease set but daemon is not running. When it is over, the process keeps running
                until you run 'sentinel gc'.
                  Run 'sentinel daemon start' to end it on time.
                """);
    }
}
