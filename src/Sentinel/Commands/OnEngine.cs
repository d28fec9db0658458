using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using Sentinel.Core.Engines;
using Sentinel.Core.Exports;
using Sentinel.Core.Supervision;
using Sentinel.Engines;
using Sentinel.Linux.Native;
using Sentinel.Model.Specs;
using Sentinel.Rendering;

namespace Sentinel.Commands;

/// <summary>Carries out a command on an engine of containers, to which the project is exported.</summary>
internal sealed class OnEngine
{
    // How long what is changed may take to get there.
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(120);

    private readonly ParseResult _result;
    private readonly Exported _exported;
    private readonly EngineClient _client;

    private OnEngine(ParseResult result, Exported exported, EngineClient client) => (_result, _exported, _client) = (result, exported, client);

    /// <summary>The options that mean something there, besides those that say where.</summary>
    public static string[] OptionsOf(string verb) => verb switch
    {
        "up" => [EngineOption.Strict.Name, HostFilesOption.Name, "--timeout", "--no-wait"],
        "plan" => [HostFilesOption.Name, "--exit-code", "--json"],
        "list" or "status" => ["--json"],
        "logs" => ["--follow", "--lines"],
        _ => [],
    };

    public static int Run(ParseResult result, string engine)
    {
        if (ProjectLook.ReadOrTell(EngineOption.FileIn(result)) is not { } project)
            return ExitCode.Usage;
        var (makesAll, hasHostFiles) = (result.CommandResult.Command.Name is "up" or "plan", EngineOption.ValueOf<bool>(result, HostFilesOption.Name));
        // The others only need the names.
        var problems = makesAll ? Exporter.Problems(project, engine, hasHostFiles) : [];
        ProjectLook.Tell(problems);
        if (problems.Count > 0)
            return ExitCode.Usage;
        HostFilesOption.Warn(hasHostFiles);
        try
        {
            var context = EngineOption.ValueOf<string?>(result, EngineOption.Context.Name);
            EngineClient client = engine == EngineOption.Swarm ? new SwarmClient(context) : new KubernetesClient(context, result.GetValue(EngineOption.Namespace));
            return new OnEngine(result, Exporter.Export(project, engine, makesAll ? new ProjectContents() : new NoContents(File.Exists), hasHostFiles), client).Do(engine).GetAwaiter().GetResult();
        }
        catch (EngineException e)
        {
            return Session.Fail(Text.Printable(e.Message));
        }
    }

    private Task<int> Do(string engine) => _result.CommandResult.Command.Name switch
    {
        "up" => Up(),
        "plan" => Plan(engine),
        "list" => List(engine),
        "status" => Status(engine),
        "logs" => Logs(),
        "stop" => Change(service => service.Replicas == 0 ? null : _client.Scale(service, 0, remembered: service.Replicas), "Stopped", "is stopped already"),
        "start" => Change(service => service.Replicas > 0 ? null : _client.Scale(service, service.Remembered ?? InFile(service) ?? 1, remembered: null), "Started", "runs already"),
        "restart" => Change(service => service.Replicas == 0 ? null : _client.Restart(service), "Restarted", "is stopped; 'start' starts it"),
        "scale" => Scale(),
        _ => Down(),
    };

    private async Task<int> Up()
    {
        foreach (var told in _exported.Shortfalls)
            Output.Tell(Text.Printable(told.ToString()));
        if (_result.GetValue(EngineOption.Strict) && _exported.Shortfalls.Count > 0)
            return Session.Fail($"nothing is changed: {Text.Count(_exported.Shortfalls.Count, "thing has", "things have")} no equal");
        var before = await _client.Look(_exported.Project, _exported);
        if (Refused(before) is { } refused)
            return refused;
        if (await _client.Missing(_exported) is { Count: > 0 } missing)
            return missing.Select(why => Session.Fail(Text.Printable(why))).Max();
        var difference = Difference.Between(_exported, before);
        Print(ServiceList.Lines(difference, Style.Detect()));
        await _client.Apply(_exported);
        await _client.Remove([.. difference.Steps.OfType<EngineStep.Remove>().Select(step => step.Service)], _exported);
        if (EngineOption.ValueOf<bool>(_result, "--no-wait"))
            return ExitCode.Success;
        return await new EngineWait(_client, _exported.Project, before).Until(
            [.. _exported.Processes.Select(process => process.Name)], EngineOption.ValueOf<TimeSpan?>(_result, "--timeout") ?? Usual);
    }

    private async Task<int> Plan(string engine)
    {
        foreach (var told in _exported.Shortfalls)
            Output.Tell(Text.Printable(told.ToString()));
        var cluster = await _client.Look(_exported.Project, _exported);
        if (Refused(cluster) is { } refused)
            return refused;
        foreach (var why in await _client.Missing(_exported))
            Output.Tell(Text.Printable($"Warning: {why}"));
        var difference = Difference.Between(_exported, cluster);
        if (EngineOption.IsGiven(_result, "--json"))
            Print(ServiceList.ToJson(engine, _exported.Project, difference));
        else
            Print(ServiceList.Lines(difference, Style.Detect()));
        return EngineOption.IsGiven(_result, "--exit-code") && difference.HasChanges ? ExitCode.Changes : ExitCode.Success;
    }

    // What others made is theirs.
    private int? Refused(Cluster cluster)
    {
        if (cluster.Strangers.Count == 0)
            return null;
        foreach (var stranger in cluster.Strangers)
            Session.Fail(Text.Printable(stranger.Project is { } project
                ? $"{stranger.Object} is there, and is of the project {project}; nothing is changed, so rename one of them"
                : $"{stranger.Object} is there, and was not made by sentinel; nothing is changed, so remove it or rename the process"));
        return ExitCode.Failure;
    }

    private async Task<int> List(string engine)
    {
        var cluster = await Look();
        if (EngineOption.IsGiven(_result, "--json"))
            Print(ServiceList.ToJson(engine, _exported.Project, cluster.Services, cluster.Warnings));
        else if (cluster.Services.Count == 0)
            Print([$"Nothing of {_exported.Project} is there; 'sentinel up {EngineOption.Name} {engine}' brings it up"]);
        else
            Print(ServiceList.Lines(cluster.Services, Style.Detect(), DateTimeOffset.UtcNow));
        return ExitCode.Success;
    }

    private async Task<int> Status(string engine)
    {
        if (EngineOption.WordsIn(_result).Count == 0)
            return await List(engine);
        var cluster = await Look();
        if (Named(cluster) is not { } services)
            return ExitCode.Failure;
        if (EngineOption.IsGiven(_result, "--json"))
            Print(ServiceList.ToJson(engine, _exported.Project, services, cluster.Warnings));
        else
            Print(services.SelectMany((service, i) => ServiceList.Details(service, Style.Detect(), DateTimeOffset.UtcNow).Prepend(i > 0 ? "" : null).OfType<string>()));
        return ExitCode.Success;
    }

    private async Task<int> Logs()
    {
        if (Named(await Look()) is not { } services)
            return ExitCode.Failure;
        var (ended, say) = (false, new Lock());
        using var end = new CancellationTokenSource();
        var follows = EngineOption.IsGiven(_result, "--follow");
        if (!follows)
            end.CancelAfter(EngineProgram.Patience);
        // What shows them is not to outlive us.
        var signals = new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(signal => PosixSignalRegistration.Create(signal, context =>
        {
            (context.Cancel, ended) = (true, true);
            end.Cancel();
        })).ToList();
        using var output = new Output(StandardStream.Output);
        try
        {
            var isWhole = await _client.Logs(services, EngineOption.ValueOf<int>(_result, "--lines"), follows, Say, end.Token);
            return isWhole ? ExitCode.Success : Session.Fail("not all of it could be shown");
        }
        catch (OperationCanceledException)
        {
            const int interrupted = 130;
            return ended ? interrupted : Session.Fail($"not all of it came within {EngineProgram.Patience.TotalSeconds:0} s");
        }
        finally
        {
            signals.ForEach(signal => signal.Dispose());
        }

        void Say(string line, bool isError)
        {
            lock (say)
            {
                if (isError)
                {
                    Output.Tell(line);
                    return;
                }

                output.Line(line);
                output.Flush();
            }
        }
    }

    private Task<int> Scale()
    {
        var (words, wanted) = (EngineOption.WordsIn(_result), 0);
        var isRelative = words[1][0] is '+' or '-';
        var count = int.Parse(words[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return Change(
            service => (wanted = Math.Max(0, isRelative ? service.Replicas + count : count)) == service.Replicas ? null : _client.Scale(service, wanted, remembered: null),
            "Scaled", "has as many already", [words[0]]);
    }

    private async Task<int> Change(Func<EngineService, Task?> how, string done, string nothing, IReadOnlyList<string>? names = null)
    {
        var before = await Look();
        if (Named(before, names) is not { } services)
            return ExitCode.Failure;
        var changed = new List<string>();
        foreach (var service in services)
        {
            if (how(service) is not { } change)
            {
                Print([Text.Printable($"{service.Name} {nothing}")]);
                continue;
            }

            await change;
            changed.Add(service.Name);
            Print([Text.Printable($"{done} {service.Name}")]);
        }

        return changed.Count == 0 ? ExitCode.Success : await new EngineWait(_client, _exported.Project, before).Until(changed, Usual);
    }

    private async Task<int> Down()
    {
        var cluster = await Look();
        if (cluster.Services.Count == 0 && cluster.Others.Count == 0 && cluster.Ending.Count == 0)
        {
            Print([$"Nothing of {_exported.Project} is there"]);
            return ExitCode.Success;
        }

        await _client.RemoveAll(_exported.Project, cluster);
        Print([$"Removed {Text.Count(cluster.Services.Count, "service", "services")} of {_exported.Project}"]);
        return await new EngineWait(_client, _exported.Project, cluster).UntilGone(Usual);
    }

    private async Task<Cluster> Look()
    {
        var cluster = await _client.Look(_exported.Project);
        foreach (var warning in cluster.Warnings)
            Output.Tell($"Warning: {Text.Printable(warning)}");
        return cluster;
    }

    // Null, after saying so: one is not there.
    private IReadOnlyList<EngineService>? Named(Cluster cluster, IReadOnlyList<string>? names = null)
    {
        names ??= EngineOption.WordsIn(_result);
        if (names.Count == 0)
            return cluster.Services;
        var found = names.Select(name => (name, service: cluster.Services.FirstOrDefault(service => service.Name == NameOf(name)))).ToList();
        foreach (var (name, _) in found.Where(one => one.service is null))
            Session.Fail(Text.Printable($"'{name}' is not on {_client.Title}") + (Spelling.Nearest(name, [.. cluster.Services.Select(service => service.Name)]) is { } nearest ? $"; did you mean '{nearest}'?" : ""));
        return found.Any(one => one.service is null) ? null : [.. found.Select(one => one.service!)];
    }

    // As the file calls it, with the project or without, or as the engine does.
    private string NameOf(string word)
    {
        var name = ProcessName.Short(word);
        return _exported.Processes.FirstOrDefault(process => process.Process == name)?.Name ?? name;
    }

    private int? InFile(EngineService service) => _exported.Processes.FirstOrDefault(process => process.Name == service.Name)?.Replicas is > 0 and var replicas ? replicas : null;

    private static void Print(IEnumerable<string> lines)
    {
        using var output = new Output(StandardStream.Output);
        foreach (var line in lines)
            output.Line(line);
    }

    private static void Print(byte[] document)
    {
        using var output = new Output(StandardStream.Output);
        output.Document(document);
    }
}
