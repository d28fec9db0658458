using Sentinel.Core.Diagnosis;
using Sentinel.Core.Home;
using Sentinel.Core.Host;
using Sentinel.Core.Queries;
using Sentinel.Core.Store;
using Sentinel.Core.Supervision;
using Sentinel.Model;
using Sentinel.Model.Policy;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Rendering;

/// <summary>A process as <c>status</c> shows it, one fact a line.</summary>
internal static class ProcessDetails
{
    private const string Command = "Command";

    // After the labels.
    private const int ValueColumn = 13;

    public static IEnumerable<string> Lines(ProcessView view, SentinelHome home, LogRung rung, DateTimeOffset now, Style style)
    {
        var (record, usage) = view;
        var logs = view.Logs ?? LogFaults.None;
        yield return $"{style.Paint(record.Spec.Name, Color.Bold)} (id: {record.Id})";
        foreach (var (label, value) in Facts())
            // A command is not wrapped, so that it can be copied.
            foreach (var line in Text.Wrap($"  {style.Paint($"{label + ":",-10} ", Color.Dim)}{value}", label == Command ? null : style.Width, ValueColumn))
                yield return line;

        IEnumerable<(string, string)> Facts()
        {
            yield return ("PID", ProcessList.PidOf(record.State)?.ToString() ?? "-");
            yield return ("Status", style.Paint(record.State.Word, ProcessList.ColorOf(record.State)) + Next());
            if (record.Spec.Health is { } check)
                yield return ("Health", HealthOf(record.State.CurrentRun?.Health, style)
                    + $" (by {Text.Printable(check.Probe.ToString())}, every {check.Interval.TotalSeconds:0.###} s)");
            if (record.State.CurrentRun?.Says is { } says)
                yield return ("Says", Text.Printable(says));
            yield return ("CPU", usage is null ? "-" : Text.Percent(usage.CpuPercent));
            yield return ("Memory", usage is null ? "-" : Text.ExactMemory(usage.MemoryBytes));
            yield return ("Uptime", usage is null ? "-" : Text.Duration(usage.Uptime));
            yield return ("Restart", record.Spec.Restart switch
            {
                RestartRule.Always => "yes",
                RestartRule.OnFailure => "on failure",
                _ => "no",
            } + (record.Spec.RestartLimit is { } limit
                ? $", at most {Text.Count(limit.Restarts, "time", "times")} within {limit.Window.TotalSeconds:0.###} s"
                : ""));
            if (record.Spec.Readiness is { } readiness)
                yield return ("Ready", Ready(readiness));
            if (record.Spec.AnyListener)
                yield return ("Answers", "accepted from any process");
            if (record.Spec.MaxMemoryBytes is { } maxMemory)
                yield return ("Max mem", Text.ExactMemory(maxMemory));
            if (record.Spec.Stop != StopRule.Default)
                yield return ("Stop", $"{SignalName.Of(record.Spec.Stop.Signal)}, SIGKILL after {record.Spec.Stop.Timeout.TotalSeconds:0.###} s"
                    + (record.Spec.Stop.Mode == StopMode.Tree ? ", all of the tree at once" : ""));
            if (record.Spec.PidFile is { } pidFile)
                yield return ("Pid file", Text.Printable(pidFile));
            foreach (var (label, value) in Treatment(record.Spec))
                yield return (label, value);
            if (record.Spec.Instance is { } instance)
                yield return ("Instance", $"{instance.Number} of the set {instance.Set}");
            yield return ("Group", record.Spec.Group ?? "none");
            if (record.Spec.Lease is { } tenure)
                yield return ("Lease", Ownership.Line(tenure));
            if (record.Origin is { } origin)
                yield return ("Origin", Ownership.Line(origin));
            foreach (var lease in view.Ports)
                yield return ("Port", $"{lease.Port} ({lease.Name})");
            yield return ("CWD", Text.Printable(record.Spec.WorkingDirectory));
            yield return (Command, Text.Printable(record.Spec.Command.Text));
            foreach (var file in record.Spec.EnvironmentFiles)
                yield return ("Env file", Text.Printable(file));
            yield return ("Stdout", home.StdoutOf(record));
            yield return ("Stderr", home.StderrOf(record));
            foreach (var log in logs.Moved)
                yield return ("Renamed", $"{log.Path} is now {Text.Printable(log.NowAt)}, and it still writes there: new lines are only there, and no limit applies; "
                    + $"'sentinel restart {record.Id}' begins a new one");
            foreach (var log in logs.Emptied)
                yield return ("Emptied", Emptied(record, log));
            foreach (var log in logs.Deleted)
                yield return ("Deleted", $"{log.Path}, which it still writes to but nobody can see; save its content with 'cp {log.StillAt} FILE', "
                    + $"then 'sentinel restart {record.Id}' begins a new one");
            yield return ("Logs", record.Spec.LogLimits is { MaxBytes: 0 }
                ? "never rotated"
                : $"rotated at {Text.ExactMemory(record.Spec.LogLimits.MaxBytes)}, {Text.Count(record.Spec.LogLimits.Backups, "backup", "backups")}"
                    + (record.Spec.LogLimits.Compress ? " compressed" : "") + $" (by {(record.Spec.LogPipe ? LogRung.Reader : rung).Word()})");
            if (record.Spec.LogPipe)
                yield return ("Log pipe", "kept by a reader (--log-pipe): it cannot empty its logs");
            yield return ("Since", Text.Time(record.State.Since));
            if (record.Restarts > 0)
                yield return ("Restarts", record.Restarts.ToString());
            if (record.LastRun is { } last)
                yield return ("Last run", LastRun(last));
            if (usage is { Pids.Count: > 1 })
                yield return ("Processes", string.Join(", ", usage.Pids));
            if (view.Left.Count > 0)
                yield return ("Left over", LeftOvers.Sentence(record, view.Left));
            if (LeftOvers.Advice(record, view.Left) is { } advice)
                yield return ("Advice", advice);
        }

        string Next() => record.State switch
        {
            RunState.Backoff { Due: var due } => due > now ? $" (restarts in {Text.Duration(due - now)})" : " (to be restarted now)",
            RunState.Running { Handover: not null } => $" (its main process has ended; {Text.Printable(record.Spec.PidFile ?? "")} will name another)",
            RunState.Running { IsReady: false } run => $" ({NotReady(record, run, !view.IsUnasked)})",
            RunState.Elsewhere elsewhere => $" ({elsewhere.Place}; it cannot be seen or touched from here)",
            RunState.Stopping { Why: { } why } => $" ({Text.Printable(why)})",
            RunState.Failed { Why: var why } =>
                $" ({why}; see 'sentinel why {record.Id}', or try again with 'sentinel start {record.Id}')",
            _ => "",
        } + (view.LeaseOver is not { } over ? ""
            : record.LeaseOver is null && record.State is not RunState.Stopped ? $" (its lease is over: {over}; 'sentinel gc' ends it)"
            : $" (its lease is over: {over})");
    }

    /// <summary>Says that it is not ready, why, as far as that is known, and who finds out.</summary>
    public static string NotReady(ProcessRecord record, RunState.Running run, bool isAsked) =>
        $"it is not ready yet{(run.Impediment is { } why ? $": {Text.Printable(why)}" : "")}"
        + (isAsked ? "" : $"; no daemon is running, so it is checked only while a command waits: 'sentinel wait {record.Id} --for running'");

    /// <summary>Says that a log was emptied, and what to do about it.</summary>
    public static string Emptied(ProcessRecord record, EmptiedLog log) =>
        $"{log.Path} was emptied by something that truncated it"
        + (log.NoticedAt is { } at ? $", noticed at {Text.Time(at)}" : ", since it was started")
        + $": its content is lost{(log.LostBytes > 0 ? $" ({Text.Count(log.LostBytes, "byte", "bytes")})" : "")}"
        + (record.Spec.LogPipe ? "" : $"; if the process did it ('> /dev/stdout'), 'sentinel set {record.Id} --log-pipe' keeps everything from its next start on");

    private static string HealthOf(Health? health, Style style) => health switch
    {
        null => "not known yet",
        { IsHealthy: true } => $"{style.Paint(health.Word, Color.Green)} since {Text.Time(health.Since)}",
        _ => $"{style.Paint(health.Word, Color.Red)} since {Text.Time(health.Since)}: {Text.Printable(health.Why ?? "")}",
    };

    private static string Ready(Readiness readiness) =>
        readiness.Probe is null ? $"when it has lived for {readiness.Timeout.TotalSeconds:0.###} s"
        : $"by {Text.Printable(readiness.Probe.ToString())}"
            + (readiness.Timeout > TimeSpan.Zero ? $", within {readiness.Timeout.TotalSeconds:0.###} s" : "");

    private static IEnumerable<(string, string)> Treatment(ProcessSpec spec)
    {
        var treatment = spec.Treatment;
        if (treatment.User is { } user)
            yield return ("User", Text.Printable(user));
        if (treatment.Nice is { } nice)
            yield return ("Nice", nice.ToString());
        if (treatment.IoPriority is { } priority)
            yield return ("I/O", priority.ToString());
        if (treatment.Cpus is { } cpus)
            yield return ("CPUs", string.Join(",", cpus));
        if (treatment.OomScoreAdjust is { } score)
            yield return ("OOM score", score.ToString());
        foreach (var limit in treatment.Limits)
            yield return ("Limit", limit.ToString());
        if (treatment.Tree.MemoryBytes is { } memory)
            yield return ("Limit", $"memory-max={Text.ExactMemory(memory)}");
        if (treatment.Tree.CpuPercent is { } cpu)
            yield return ("Limit", $"cpu-max={cpu}%");
        if (treatment.Tree.Pids is { } pids)
            yield return ("Limit", $"pids-max={pids}");
    }

    private static string LastRun(EndedRun last)
    {
        var at = last.Witnessed ? $"at {Text.Time(last.EndedAt)}" : $"noticed at {Text.Time(last.EndedAt)}";
        var why = last.Why is null ? "" : $"{Text.Printable(last.Why)}; ";
        return last.Pid is { } pid
            ? $"{why}{last.How}, {at} (pid {pid}, started {Text.Time(last.StartedAt)})"
            : $"{last.How}, {at}";
    }
}
