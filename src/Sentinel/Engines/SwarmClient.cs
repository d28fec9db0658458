using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Sentinel.Core.Engines;
using Sentinel.Core.Exports;

namespace Sentinel.Engines;

/// <summary>A Docker Swarm, through <c>docker</c>. Nothing waits there: what does not become healthy would be waited for without end.</summary>
/// <param name="context">The docker context; null: that of the user.</param>
internal sealed class SwarmClient(string? context) : EngineClient
{
    private const string None = "[]";

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly EngineProgram _docker = new("docker", context is null ? [] : ["--context", context]);

    public override string Title => "Docker Swarm";

    public override async Task<Cluster> Look(string project, Exported? wanted = null)
    {
        var ours = await Ids("service", "ls", "--quiet", "--filter", $"label={SwarmReading.ProjectLabel}={project}");
        // A filter takes names by how they begin.
        var named = wanted is null ? [] : await Ids("service", "ls", "--quiet", "--filter", $"name={project}_");
        var services = ours.Union(named).ToArray();
        if (services.Length == 0)
            return new Cluster([], []);
        var tasks = ours.Length == 0 ? [] : await Ids(["service", "ps", "--quiet", "--no-trunc", .. ours]);
        try
        {
            return SwarmReading.Read(
                project,
                await _docker.Ask(["service", "inspect", .. services]),
                tasks.Length == 0 ? None : await Tasks(tasks),
                await _docker.Ask(["node", "inspect", .. await Ids("node", "ls", "--quiet")])) is var cluster && wanted is not null
                ? cluster with { Strangers = [.. cluster.Strangers.Where(stranger => wanted.Processes.Any(process => stranger.Object == $"{project}_{process.Name}"))] }
                : cluster;
        }
        catch (JsonException e)
        {
            throw new EngineException($"docker answered something else than was asked: {e.Message}");
        }
    }

    public override async Task<IReadOnlyList<string>> Missing(Exported exported)
    {
        var needed = exported.Processes.SelectMany(process => process.Secrets).Distinct().ToList();
        if (needed.Count == 0)
            return [];
        var there = await Secrets();
        return [.. needed.Except(there).Select(secret => $"the secret {secret} is not there; 'docker secret create {secret} FILE' makes it")];
    }

    public override async Task Apply(Exported exported)
    {
        if (exported.Secrets.Count > 0)
        {
            var there = await Secrets();
            foreach (var secret in exported.Secrets.Where(secret => !there.Contains(secret.Name)))
                await Create(exported.Project, secret);
        }

        string[] deploy = ["stack", "deploy", "--resolve-image", "never", "--compose-file", "-", exported.Project];
        var stack = exported.Files[0].Text;
        // An older docker never waits here, and does not know the option; a newer one is going to wait without it.
        var result = await _docker.Call([.. deploy[..2], "--detach=true", .. deploy[2..]], stack);
        if (!result.IsOk && result.Told.Contains("--detach", StringComparison.Ordinal))
            result = await _docker.Call(deploy, stack);
        if (!result.IsOk)
            throw _docker.Failed(deploy, result.Why);
    }

    public override Task Scale(EngineService service, int replicas, int? remembered) => Update(service, [
        "--replicas", replicas.ToString(CultureInfo.InvariantCulture),
        .. remembered is { } count ? ["--label-add", $"{SwarmReading.ReplicasLabel}={count}"] : service.Remembered is null ? (string[])[] : ["--label-rm", SwarmReading.ReplicasLabel],
    ]);

    public override Task Restart(EngineService service) => Update(service, ["--force"]);

    public override Task Remove(IReadOnlyList<EngineService> services, Exported wanted) => Remove(services);

    public override async Task RemoveAll(string project, Cluster cluster)
    {
        // The stack has the network as well, and whatever others put into it.
        var stack = await Ids("service", "ls", "--quiet", "--filter", $"label=com.docker.stack.namespace={project}");
        var ours = await Ids("service", "ls", "--quiet", "--filter", $"label={SwarmReading.ProjectLabel}={project}");
        await (stack.Length > 0 && stack.All(ours.Contains) && ours.All(stack.Contains) ? RemoveStack(project) : Remove(cluster.Services));
        if (await Ids("secret", "ls", "--quiet", "--filter", $"label={SwarmReading.ProjectLabel}={project}") is { Length: > 0 } secrets)
            await _docker.Ask(["secret", "rm", .. secrets]);
    }

    public override async Task<bool> Logs(IReadOnlyList<EngineService> services, int lines, bool follows, Action<string, bool> say, CancellationToken end)
    {
        var exitCodes = await Task.WhenAll(services.Select(service => _docker.Stream(
            ["service", "logs", "--tail", lines.ToString(CultureInfo.InvariantCulture), .. follows ? ["--follow"] : (string[])[], service.Object], say, end)));
        return exitCodes.All(code => code == 0);
    }

    // Its network goes only when the last task that had it has ended.
    private async Task RemoveStack(string project)
    {
        string[] arguments = ["stack", "rm", project];
        for (var begun = Stopwatch.GetTimestamp(); await _docker.Call(arguments) is { IsOk: false } result; await Task.Delay(Pause))
            if (!result.Told.Contains("is in use", StringComparison.Ordinal) || Stopwatch.GetElapsedTime(begun) > EngineProgram.Patience)
                throw _docker.Failed(arguments, result.Why);
    }

    private Task<string[]> Secrets() => Ids("secret", "ls", "--format", "{{.Name}}");

    // The value goes through a pipe: nobody sees it in a list of processes.
    private Task Create(string project, ExportedSecret secret) => _docker.Ask(
        secret.Values.Single().Value,
        ["secret", "create", "--label", $"{SwarmReading.ProjectLabel}={project}", "--label", $"{SwarmReading.NameLabel}={secret.Process}", secret.Name, "-"]);

    private Task Remove(IReadOnlyList<EngineService> services) => services.Count == 0 ? Task.CompletedTask : _docker.Ask(["service", "rm", .. services.Select(service => service.Object)]);

    private Task Update(EngineService service, IEnumerable<string> options) => _docker.Ask(["service", "update", "--detach", "--no-resolve-image", "--quiet", .. options, service.Object]);

    // One that is gone meanwhile fails the call, and what it printed of the others counts.
    private async Task<string> Tasks(IReadOnlyList<string> ids)
    {
        string[] arguments = ["inspect", "--type", "task", .. ids];
        var result = await _docker.Call(arguments);
        return result.IsOk || result.Told.Contains("not found", StringComparison.OrdinalIgnoreCase) ? result.Output : throw _docker.Failed(arguments, result.Why);
    }

    private async Task<string[]> Ids(params string[] arguments) =>
        [.. (await _docker.Ask(arguments)).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
}
