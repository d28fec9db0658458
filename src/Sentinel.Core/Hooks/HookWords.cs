using Sentinel.Api.Wire;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Hooks;

/// <summary>Which events a hook is for.</summary>
public static class HookWords
{
    /// <summary>Besides the words of events, what their ends mean.</summary>
    private const string Done = "done", Crashed = "crashed", TaskFailed = "task-failed";

    /// <summary>Of an event that is made up to try a hook.</summary>
    public const string Test = "test";

    /// <summary>All words that a hook can be for.</summary>
    public static readonly IReadOnlyList<string> All =
    [
        Crashed, Done, TaskFailed, "gave-up", "unhealthy", "healthy", "ready", "started", "restarted", "exited", "stopped", "not-started", "waiting", "follows", "scheduled", "listening", "cron-skipped",
        "watch-restart", "watch-action", "watch-loop", "watch-polled", "watch-failed", "outgrew-memory", "lease-over", "handed-over", "in-background", "ended-left", "signalled", "deleted",
        "log-not-rotated", "log-emptied", "daemon-up", "daemon-down",
    ];

    /// <summary>Whether a hook is to hear of an event.</summary>
    public static bool IsFor(this Hook hook, Event happened, State state)
    {
        var record = happened is Event.OfProcess about ? state.Processes.GetValueOrDefault(about.Id) : null;
        return Of(happened, record).Any(hook.On.Contains) && (hook.Processes.Count == 0 || (happened is Event.OfProcess its && hook.Processes.Any(name => IsOf(name, its.Name, record))));
    }

    /// <summary>What an event is called: by its own word first.</summary>
    private static IEnumerable<string> Of(Event happened, ProcessRecord? record)
    {
        yield return EventDocument.WordOf(happened);
        if (happened is not Event.Ended { ByUser: false } ended)
            yield break;
        var isGood = ended.Run.Why is null && (record?.Spec.ExitCodes ?? ExitCodes.Default).IsSuccess(ended.Run.How);
        if (!isGood && ended.Run.How is not Exit.Unknown)
            yield return Crashed;
        if (record?.Spec.IsTask == true)
            yield return isGood ? Done : TaskFailed;
    }

    private static bool IsOf(string name, string process, ProcessRecord? record) =>
        process == name || ProcessName.ProjectOf(process) == name || record?.Spec.HasName(name) == true || record?.Spec.Group == name;
}
