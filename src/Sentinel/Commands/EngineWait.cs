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

    private int _inVain;

    /// <param name="names">As the engine knows them.</param>
    public async Task<int> Until(IReadOnlyList<string> names, TimeSpan longest)
    {
        var begun = Stopwatch.GetTimestamp();
        var (open, hasFailed) = (names.ToList(), false);
        while (true)
        {
            await Task.Delay(Pause);
            if (await Look(isLast: Stopwatch.GetElapsedTime(begun) >= longest) is not { } cluster)
                continue;
            foreach (var name in open.ToList())
            {
                var service = cluster.Services.FirstOrDefault(one => one.Name == name);
                switch (Verdict.On(service, before.Services.FirstOrDefault(one => one.Name == name && one.Object == service?.Object)))
                {
                    case Verdict.Ready:
                        Say($"{name} is {service!.Status}{(service.Nodes.Any() ? $": {service.Ready}/{service.Replicas} on {string.Join(", ", service.Nodes)}" : "")}");
                        open.Remove(name);
                        break;
                    case Verdict.Failed { Why: var why }:
                        Session.Fail(Text.Printable($"{name} {(service!.Rollout is Rollout.Failed { IsRolledBack: true } ? "was rolled back" : "failed")}: {why}"));
                        (hasFailed, _) = (true, open.Remove(name));
                        break;
                    case Verdict.NotYet { Words: var words } when Stopwatch.GetElapsedTime(begun) >= longest:
                        Session.Fail(Text.Printable($"{name} is not ready after {longest.TotalSeconds:0} s ({service?.Ready ?? 0}/{service?.Replicas ?? 0}); it is left as it is{(words is null ? "" : $"; {client.Title} says: {words}")}"));
                        break;
                }
            }

            if (open.Count == 0)
                return hasFailed ? ExitCode.Failure : ExitCode.Success;
            if (Stopwatch.GetElapsedTime(begun) >= longest)
                return hasFailed ? ExitCode.Failure : ExitCode.TimedOut;
        }
    }

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
