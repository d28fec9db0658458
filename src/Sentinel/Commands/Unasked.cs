using Sentinel.Api;
using Sentinel.Model.Specs;
using Sentinel.Rendering;

namespace Sentinel.Commands;

/// <summary>Warns that processes are not checked, when no daemon is running.</summary>
internal static class Unasked
{
    /// <param name="outcomes">What was started.</param>
    /// <param name="isReady">Whether the command has waited until that was ready.</param>
    public static void Warn(Session session, IEnumerable<Outcome> outcomes, bool isReady = false)
    {
        var ids = outcomes.Where(outcome => outcome is Outcome.Began and not Outcome.AlreadyRunning).Select(outcome => outcome.About!.Id).ToList();
        var processes = session.Store.Read().Processes;
        if (outcomes.Any(outcome => outcome is Outcome.Scheduled) && !session.IsJson && session.Daemon is null)
            WarnOfCause();
        var started = ids.Select(id => processes.GetValueOrDefault(id)?.Spec).OfType<ProcessSpec>().Where(spec => spec.Health is not null || (spec.Readiness?.Probe is not null && !isReady)).ToList();
        if (started.Count > 0 && session.Daemon is null)
            Warn(started[0].Health is not null, $"'sentinel wait {started[0].Name} --for running'");
    }

    public static void WarnOfCause() => Output.Tell("""
        Warning: It is the daemon that starts processes at their times, or when somebody connects, and it is not running.
          Run 'sentinel daemon start'.
        """);

    public static void Warn(bool isHealth, string orElse) => Output.Tell($"""
        Warning: {(isHealth ? "Health" : "Readiness")} is checked by the daemon, which is not running.
          Run 'sentinel daemon start'{(isHealth ? "" : $", or {orElse}")}.
        """);
}
