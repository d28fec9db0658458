using Sentinel.Api;
using Sentinel.Core.Host;
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

    public static IEnumerable<string> Lines(ProcessInfo process, LogRung rung, DateTimeOffset now, Style style)
    {
        yield return $"{style.Paint(process.Name, Color.Bold)} (id: {process.Id})";
        foreach (var (label, value) in Facts())
            // A command is not wrapped, so that it can be copied.
            foreach (var line in Text.Wrap($"  {style.Paint($"{label + ":",-10} ", Color.Dim)}{value}", label == Command ? null : style.Width, ValueColumn))
                yield return line;

        IEnumerable<(string, string)> Facts()
        {
            yield return ("PID", process.Pid?.ToString() ?? "-");
            yield return ("Status", style.Paint(process.State, ProcessStatus.ColorOf(process.State)) + Next());
            foreach (var needed in process.WaitsFor)
                yield return ("Waits for", Needed(needed));
            // Why it does not run, or what is wrong, comes before what it uses.
            if (!process.IsUp && process.LastRun is { } cause)
                yield return ("Last run", LastRun(cause));
            if (process.LeftOver.Count > 0)
                yield return ("Left over", LeftOvers.Sentence(process));
            if (LeftOvers.Advice(process) is { } advice)
                yield return ("Advice", advice);
            if (process.Health is { } check)
                yield return ("Health", HealthOf(check, style)
                    + $" (by {Text.Printable(ProbeOf(check.By, check.Target))}, every {check.IntervalSeconds:0.###} s)");
            if (process.Says is { } says)
                yield return ("Says", Text.Printable(says));
            foreach (var lease in process.Ports)
                yield return ("Port", $"{lease.Port} ({lease.Name})");
            foreach (var socket in process.Sockets)
                yield return ("Socket", $"{Text.Printable(socket)} (kept open while it is restarted)");
            yield return ("CPU", process.CpuPercent is { } cpu ? Text.Percent(cpu) : "-");
            yield return ("Memory", process.MemoryBytes is { } memory ? Text.ExactMemory(memory) : "-");
            yield return ("Uptime", process.UptimeSeconds is { } uptime ? Text.Duration(TimeSpan.FromSeconds(uptime)) : "-");
            yield return ("Restart", RestartRules.Parse(process.Restart) switch
            {
                RestartRule.Always => "yes",
                RestartRule.OnFailure => "on failure",
                _ => "no",
            } + (process.MaxRestarts is { } most
                ? $", at most {Text.Count(most, "time", "times")} within {process.RestartWindowSeconds:0.###} s"
                : ""));
            if (process.Restarts > 0)
                yield return ("Restarts", process.Restarts.ToString());
            if (process.IsUp && process.LastRun is { } last)
                yield return ("Last run", LastRun(last));
            if (process.Readiness is { } readiness)
                yield return ("Ready", Ready(readiness));
            if (process.AnyListener)
                yield return ("Answers", "accepted from any process");
            if (process.MaxMemoryBytes is { } maxMemory)
                yield return ("Max mem", Text.ExactMemory(maxMemory));
            if (!IsStoppedAsUsual(process))
                yield return ("Stop", $"{process.StopSignal}, SIGKILL after {process.StopTimeoutSeconds:0.###} s"
                    + (process.StopMode == StopMode.Tree.Word() ? ", all of the tree at once" : ""));
            if (process.Watch is { } watch)
                yield return ("Watch", WatchText.Of(watch));
            if (process.PidFile is { } pidFile)
                yield return ("Pid file", Text.Printable(pidFile));
            foreach (var (label, value) in Treatment(process.Treatment))
                yield return (label, value);
            if (process.Set is { } set)
                yield return ("Instance", $"{process.Instance} of the set {set}");
            yield return ("Group", process.Group ?? "none");
            if (process.Lease is { } tenure)
                yield return ("Lease", Ownership.Line(tenure));
            yield return ("CWD", Text.Printable(process.WorkingDirectory));
            yield return (Command, Text.Printable(process.Command));
            foreach (var file in process.EnvironmentFiles)
                yield return ("Env file", Text.Printable(file));
            yield return ("Stdout", process.StdoutPath);
            yield return ("Stderr", process.StderrPath);
            foreach (var log in process.MovedLogs ?? [])
                yield return ("Renamed", $"{log.Path} is now {Text.Printable(log.NowAt)}, and it still writes there: new lines are only there, and no limit applies; "
                    + $"'sentinel restart {Text.Argument(process.Name)}' begins a new one");
            foreach (var log in process.EmptiedLogs ?? [])
                yield return ("Emptied", Emptied(process, log));
            foreach (var log in process.DeletedLogs ?? [])
                yield return ("Deleted", $"{log.Path}, which it still writes to but nobody can see; save its content with 'cp {log.StillAt} FILE', "
                    + $"then 'sentinel restart {Text.Argument(process.Name)}' begins a new one");
            yield return ("Logs", process.LogLimits is { MaxBytes: 0 }
                ? "never rotated"
                : $"rotated at {Text.ExactMemory(process.LogLimits.MaxBytes)}, {Text.Count(process.LogLimits.Backups, "backup", "backups")}"
                    + (process.LogLimits.Compress ? " compressed" : "") + $" (by {(process.LogPipe ? LogRung.Reader : rung).Word()})");
            if (process.LogPipe)
                yield return ("Log pipe", "kept by a reader (--log-pipe): it cannot empty its logs");
            yield return ("Since", Text.Time(process.Since));
            if (process is { MemoryBytes: not null, Pids.Count: > 1 })
                yield return ("Processes", string.Join(", ", process.Pids));
            if (process.StartedBy is { } origin)
                yield return ("Origin", Ownership.Line(origin));
        }

        string Next() => process switch
        {
            { RestartDue: { } due } => due > now ? $" (restarts in {Text.Duration(due - now)})" : " (to be restarted now)",
            { NextStart: { } next, IsUp: false } => $" (its schedule starts it at {Text.Time(next)})",
            { HandsOver: true } => $" (its main process has ended; {Text.Printable(process.PidFile ?? "")} will name another)",
            { Beside: { Is: OtherRun.Starting } next } => $" (a new run{Pid(next)} is starting, which is to take its place)",
            { Beside: { } before } => $" (the run before{Pid(before)} is ending)",
            { IsUnready: true } => $" ({NotReady(process, !process.IsUnasked)})",
            { Elsewhere: { } elsewhere } => $" ({elsewhere.Place}; it cannot be seen or touched from here)",
            { StoppingBecause: { } why } => $" ({Text.Printable(why)})",
            { FailedBecause: { } why } =>
                $" ({why}; see 'sentinel why {Text.Argument(process.Name)}', or try again with 'sentinel start {Text.Argument(process.Name)}')",
            _ => "",
        } + (process.Lease?.Over is not { } over ? ""
            : process is { LeaseEnded: null, State: not "stopped" } ? $" (its lease is over: {over}; 'sentinel gc' ends it)"
            : $" (its lease is over: {over})");
    }

    private static string Pid(OtherRun run) => run.Pid is { } pid ? $" (pid {pid})" : "";

    /// <summary>Says what is waited for, and how that is.</summary>
    public static string Needed(WaitsFor needed) => $"{Text.Printable(needed.Name)} to be {needed.Until}: {Text.Printable(needed.Why)}";

    /// <summary>Says that it is not ready, why, as far as that is known, and who finds out.</summary>
    public static string NotReady(ProcessInfo process, bool isAsked) =>
        $"it is not ready yet{(process.Readiness?.Why is { } why ? $": {Text.Printable(why)}" : "")}"
        + (isAsked ? "" : $"; no daemon is running, so it is checked only while a command waits: 'sentinel wait {Text.Argument(process.Name)} --for running'");

    /// <summary>Says that a log was emptied, and what to do about it.</summary>
    public static string Emptied(ProcessInfo process, EmptiedLog log) =>
        $"{log.Path} was emptied by something that truncated it"
        + (log.NoticedAt is { } at ? $", noticed at {Text.Time(at)}" : ", since it was started")
        + $": its content is lost{(log.LostBytes > 0 ? $" ({Text.Count(log.LostBytes, "byte", "bytes")})" : "")}"
        + (process.LogPipe ? "" : $"; if the process did it ('> /dev/stdout'), 'sentinel set {Text.Argument(process.Name)} --log-pipe' keeps everything from its next start on");

    private static string HealthOf(HealthInfo health, Style style) => health is { Status: { } status, Since: { } since }
        ? $"{style.Paint(status, ProcessStatus.ColorOfHealth(status))} since {Text.Time(since)}{(health.Why is { } why ? $": {Text.Printable(why)}" : "")}"
        : "not known yet";

    /// <summary>How it becomes ready, as the end of a sentence.</summary>
    public static string Ready(ReadinessInfo readiness) =>
        readiness is { By: null, TimeoutSeconds: 0 } ? "when what runs before it has succeeded"
        : readiness is not { By: { } by, Target: { } target } ? $"when it has lived for {readiness.TimeoutSeconds:0.###} s"
        : $"by {Text.Printable(ProbeOf(by, target))}" + (readiness.TimeoutSeconds > 0 ? $", within {readiness.TimeoutSeconds:0.###} s" : "");

    private static string ProbeOf(string by, string target) => ProbeKinds.Parse(by) is { } kind ? new Probe(kind, target).ToString() : $"{by} {target}";

    private static bool IsStoppedAsUsual(ProcessInfo process) =>
        process.StopSignal == SignalName.Of(StopRule.Default.Signal)
        && TimeSpan.FromSeconds(process.StopTimeoutSeconds) == StopRule.Default.Timeout
        && process.StopMode == StopRule.Default.Mode.Word();

    private static IEnumerable<(string, string)> Treatment(TreatmentInfo treatment)
    {
        if (treatment.User is { } user)
            yield return ("User", Text.Printable(user));
        if (treatment.Nice is { } nice)
            yield return ("Nice", nice.ToString());
        if (treatment.IoPriority is { } priority)
            yield return ("I/O", priority);
        if (treatment.Cpus is { } cpus)
            yield return ("CPUs", string.Join(",", cpus));
        if (treatment.OomScoreAdjust is { } score)
            yield return ("OOM score", score.ToString());
        foreach (var limit in treatment.Limits)
            yield return ("Limit", limit);
        if (treatment.MemoryMaxBytes is { } memory)
            yield return ("Limit", $"memory-max={Text.ExactMemory(memory)}");
        if (treatment.CpuMaxPercent is { } cpu)
            yield return ("Limit", $"cpu-max={cpu}%");
        if (treatment.PidsMax is { } pids)
            yield return ("Limit", $"pids-max={pids}");
    }

    private static string LastRun(RunInfo last)
    {
        var at = last.Witnessed ? $"at {Text.Time(last.EndedAt)}" : $"noticed at {Text.Time(last.EndedAt)}";
        var why = last.Why is null ? "" : $"{Text.Printable(last.Why)}; ";
        return last.Pid is { } pid
            ? $"{why}{last.Text}, {at} (pid {pid}, started {Text.Time(last.StartedAt)})"
            : $"{last.Text}, {at}";
    }
}
