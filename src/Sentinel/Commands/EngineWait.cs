using System.Diagnostics;
using Sentinel.Core.Engines;
using Sentinel.Engines;
using Sentinel.Linux.Native;
using Sentinel.Rendering;

namespace Sentinel.Commands;

/// <summary>Waits until services have become what was asked for. It asks again and again, and never longer than it was told to.</summary>
/// <param name="before">What was there before anything was changed.</param>
internal sealed class EngineWait(EngineClient client, string project, Cluster before)
{
    private const int MostInVain = 5;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // What ends right after its start has been ready by then, too.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(3);

    private readonly Dictionary<string, (string Runs, long Since)> _ready = [];
    private int _inVain;

    /// <param name="names">As the engine knows them.</param>
    public async Task<int> Until(IReadOnlyList<string> names, TimeSpan longest)
    {
        var begun = Stopwatch.GetTimestamp();
        var (open, hasFailed) = (names.ToList(), false);
        while (true)
        {
            await Task.Delay(Pause);
            if (await Look(isLast: IsOver()) is not { } cluster)
                continue;
            foreach (var name in open.ToList())
            {
                var service = cluster.Services.FirstOrDefault(one => one.Name == name);
                var known = before.Services.FirstOrDefault(one => one.Name == name && one.Object == service?.Object);
                switch (Verdict.On(service, known))
                {
                    case Verdict.Ready when IsSettled(service!, known) || IsOver():
                        Say($"{name} is {service!.Status}{(service.Nodes.Any() ? $": {service.Ready}/{service.Replicas} on {Text.Some(service.Nodes)}" : "")}");
                        open.Remove(name);
                        break;
                    case Verdict.Failed { Why: var why }:
                        Session.Fail(Text.Printable($"{name} {(service!.Rollout is Rollout.Failed { IsRolledBack: true } ? "was rolled back" : "failed")}: {why}"));
                        (hasFailed, _) = (true, open.Remove(name));
                        break;
                    case Verdict.NotYet { Words: var words } when IsOver():
                        Session.Fail(Text.Printable($"{name} is not ready after {longest.TotalSeconds:0} s ({service?.Ready ?? 0}/{service?.Replicas ?? 0}); it is left as it is{(words is null ? "" : $"; {client.Title} says: {words}")}"));
                        break;
                }
            }

            if (open.Count == 0)
                return hasFailed ? ExitCode.Failure : ExitCode.Success;
            if (IsOver())
                return hasFailed ? ExitCode.Failure : ExitCode.TimedOut;
        }

        bool IsOver() => Stopwatch.GetElapsedTime(begun) >= longest;
    }

    /// <summary>Until nothing of the project is left.</summary>
    public async Task<int> UntilGone(TimeSpan longest)
    {
        for (var begun = Stopwatch.GetTimestamp(); ; await Task.Delay(Pause))
        {
            var isLast = Stopwatch.GetElapsedTime(begun) >= longest;
            if (await Look(isLast) is not { } left)
                continue;
            List<EngineTask> ending = [.. left.Services.SelectMany(service => service.Tasks), .. left.Ending];
            if (ending.Count == 0)
                return ExitCode.Success;
            if (!isLast)
                continue;
            Session.Fail(Text.Printable($"{string.Join(", ", ending.Select(task => task.Node is null ? task.Name : $"{task.Name} on {task.Node}"))} {(ending.Count == 1 ? "has" : "have")} not ended after {longest.TotalSeconds:0} s"));
            return ExitCode.TimedOut;
        }
    }

    // Whether what is ready is what was there before, or has been ready for a while.
    private bool IsSettled(EngineService service, EngineService? known)
    {
        var runs = RunsOf(service);
        if (service.Ends || service.Replicas == 0 || (known is not null && runs == RunsOf(known)))
            return true;
        if (!_ready.TryGetValue(service.Name, out var ready) || ready.Runs != runs)
            _ready[service.Name] = ready = (runs, Stopwatch.GetTimestamp());
        return Stopwatch.GetElapsedTime(ready.Since) >= Settling;
    }

    private static string RunsOf(EngineService service) =>
        string.Join(' ', service.Tasks.Where(task => task.State == TaskState.Running).Select(task => $"{task.Id}:{task.Restarts}"));

    // While an engine changes much, or one of its managers has gone, it may not answer for a moment.
    private async Task<Cluster?> Look(bool isLast)
    {
        try
        {
            var cluster = await client.Look(project);
            _inVain = 0;
            return cluster;
        }
        catch (EngineException) when (!isLast && ++_inVain < MostInVain)
        {
            return null;
        }
    }

    private static void Say(string line)
    {
        using var output = new Output(StandardStream.Output);
        output.Line(Text.Printable(line));
    }
}
