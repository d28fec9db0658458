using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Model.Fields;

/// <summary>How a process is kept running, how it is stopped, and what is kept of its logs.</summary>
internal static class LifeFields
{
    public static readonly SpecField[] All =
    [
        new("restart", FieldShape.FlagOrText, "", "Restart it whenever it ends by itself: at once, then after 0.5 s, 1 s, ... 30 s while runs last less than 10 s. "
            + "--restart=on-failure: only when it did not exit with code 0")
        {
            IsCommon = true,
            Get = spec => spec.Restart == RestartRule.Never ? [] : [spec.Restart.Word()],
            Set = (spec, value) => spec with { Restart = Rule(value.Text) },
            Words = ["always", "on-failure", "no"],
            Bare = "always",
            IsAtOnce = SpecField.Always,
        },
        new("max-restarts", FieldShape.Number, "number", "Give up when it ends again after this many restarts within --restart-window [default: never]")
        {
            Heading = "Restarts and stopping",
            Get = spec => FieldTexts.Of(spec.RestartLimit?.Restarts),
            Set = (spec, value) => spec with
            {
                RestartLimit = value.Number(0, 1000) is { } number ? new RestartLimit(number, spec.RestartLimit?.Window ?? RestartLimit.DefaultWindow) : null,
            },
            Needs = "restart",
            IsAtOnce = SpecField.Always,
        },
        new("restart-window", FieldShape.Number, "seconds", $"Seconds within which --max-restarts counts [default: {RestartLimit.DefaultWindow.TotalSeconds}]")
        {
            Get = spec => spec.RestartLimit is { } limit ? FieldTexts.Unless(limit.Window, RestartLimit.DefaultWindow, window => FieldTexts.Of(window)) : [],
            Set = (spec, value) => spec.RestartLimit is { } limit ? spec with { RestartLimit = limit with { Window = value.Seconds() ?? RestartLimit.DefaultWindow } }
                : value.IsGiven ? throw new FormatException("--restart-window needs --max-restarts") : spec,
            IsAtOnce = SpecField.Always,
        },
        new("restart-delay", FieldShape.Number, "seconds", "Seconds to wait before each restart, instead of the growing delays")
        {
            Get = spec => FieldTexts.Of(spec.RestartDelay),
            Set = (spec, value) => spec with { RestartDelay = value.Seconds(LeastDelay) },
            Needs = "restart",
            IsAtOnce = SpecField.Always,
        },
        new("success-codes", FieldShape.Text, "codes", "Exit codes that count as success: 0,143 [default: 0]")
        {
            Get = spec => Codes(spec.ExitCodes.Success, ExitCodes.Default.Success),
            Set = (spec, value) => spec with { ExitCodes = spec.ExitCodes with { Success = Codes(value) ?? ExitCodes.Default.Success } },
            IsAtOnce = SpecField.Always,
        },
        new("no-restart-codes", FieldShape.Text, "codes", "Exit codes after which it is not restarted: 78")
        {
            Get = spec => Codes(spec.ExitCodes.Final, ExitCodes.Default.Final),
            Set = (spec, value) => spec with { ExitCodes = spec.ExitCodes with { Final = Codes(value) ?? ExitCodes.Default.Final } },
            Needs = "restart",
            IsAtOnce = SpecField.Always,
        },
        new("stop-command", FieldShape.Text, "command",
            "Run this command line to stop it, with its pid in MAINPID; the signal follows if that fails, or has not ended it within --stop-timeout")
        {
            Get = spec => FieldTexts.Of(spec.Stop.Command?.Text),
            Set = (spec, value) => spec with { Stop = spec.Stop with { Command = value.Text is { } line ? Command.From([line]) : null } },
            IsAtOnce = SpecField.Always,
        },
        new("stop-timeout", FieldShape.Number, "seconds", $"Seconds it has to end when it is stopped, before SIGKILL [default: {StopRule.Default.Timeout.TotalSeconds}]")
        {
            Get = spec => FieldTexts.Unless(spec.Stop.Timeout, StopRule.Default.Timeout, time => FieldTexts.Of(time)),
            Set = (spec, value) => spec with { Stop = spec.Stop with { Timeout = value.Seconds() ?? StopRule.Default.Timeout } },
            IsAtOnce = SpecField.Always,
        },
        new("stop-signal", FieldShape.Text, "name", "Signal that asks it to end: INT, HUP, ... [default: TERM]")
        {
            Get = spec => FieldTexts.Unless(spec.Stop.Signal, StopRule.Default.Signal, signal => [SignalName.Of(signal)]),
            Set = (spec, value) => spec with { Stop = spec.Stop with { Signal = value.Signal() ?? StopRule.Default.Signal } },
            IsAtOnce = SpecField.Always,
        },
        new("stop-mode", FieldShape.Text, "main|tree",
            "Who gets the signal: main, the process, and then what it leaves running; tree, the process and all that it started, at once [default: main]")
        {
            Get = spec => spec.Stop.Mode == StopRule.Default.Mode ? [] : [spec.Stop.Mode.Word()],
            Set = (spec, value) => spec with { Stop = spec.Stop with { Mode = value.Text is { } word ? StopModes.Parse(word) : StopRule.Default.Mode } },
            Words = ["main", "tree"],
            IsAtOnce = SpecField.Always,
        },
        new("pid-file", FieldShape.Text, "file",
            "When its main process ends, the process of its tree that this file names takes its place: for a program that puts itself into the background, or replaces itself")
        {
            Get = spec => FieldTexts.Of(spec.PidFile),
            Set = (spec, value) => spec with { PidFile = value.Filled("a file") },
            IsAtOnce = SpecField.Always,
        },
        new("max-memory", FieldShape.Text, "size", "Restart it when it and all that it started use more memory: 200M, 1.5G")
        {
            Get = spec => FieldTexts.Of(spec.MaxMemoryBytes is { } bytes ? ByteSize.Words(bytes) : null),
            Set = (spec, value) => spec with { MaxMemoryBytes = value.Bytes() },
            IsAtOnce = SpecField.Always,
        },
        new("log-max-size", FieldShape.Text, "size",
            $"Size at which the log of a stream becomes a backup: 1M, 500K; 0: never [default: {LogLimits.Default.MaxBytes / (1024 * 1024)}M]")
        {
            Heading = "Logs",
            Get = spec => FieldTexts.Unless(spec.LogLimits.MaxBytes, LogLimits.Default.MaxBytes, bytes => [ByteSize.Words(bytes)]),
            Set = (spec, value) => spec with { LogLimits = spec.LogLimits with { MaxBytes = LogSize(value.Text) } },
            IsAtOnce = HasNoReader,
        },
        new("log-backups", FieldShape.Number, "number", $"Backups to keep of each log [default: {LogLimits.Default.Backups}]")
        {
            Get = spec => FieldTexts.Unless(spec.LogLimits.Backups, LogLimits.Default.Backups, backups => FieldTexts.Of(backups)),
            Set = (spec, value) => spec with { LogLimits = spec.LogLimits with { Backups = value.Number(0, LogLimits.MostBackups) ?? LogLimits.Default.Backups } },
            IsAtOnce = HasNoReader,
        },
        new("log-compress", FieldShape.Flag, "", "Compress the backups with gzip")
        {
            Get = spec => FieldTexts.Of(spec.LogLimits.Compress),
            Set = (spec, value) => spec with { LogLimits = spec.LogLimits with { Compress = value.Flag } },
            IsAtOnce = HasNoReader,
        },
        new("log-pipe", FieldShape.Flag, "", "Write its logs through a pipe and a reader process: nothing is lost when it opens /dev/stdout and truncates it")
        {
            Get = spec => FieldTexts.Of(spec.LogPipe),
            Set = (spec, value) => spec with { LogPipe = value.Flag },
        },
    ];

    // Less would be a loop that leaves nothing else any time.
    private const double LeastDelay = 0.1;

    private static string[] Codes(IReadOnlyList<int> codes, IReadOnlyList<int> otherwise) =>
        codes.SequenceEqual(otherwise) ? [] : [ExitCodes.Text(codes)];

    private static IReadOnlyList<int>? Codes(FieldValue value) => value.Text is { } text ? ExitCodes.Parse(value.Key, text) : null;

    // A log reader reads its limits when it begins.
    private static bool HasNoReader(ProcessSpec before, ProcessSpec after) => !before.LogPipe;

    private static RestartRule Rule(string? word) => word switch
    {
        null or "never" => RestartRule.Never,
        "yes" or SpecField.True => RestartRule.Always,
        _ => RestartRules.Parse(word) ?? throw new FormatException($"--restart= takes always, on-failure or no, not '{word}'"),
    };

    private static long LogSize(string? text) => text switch
    {
        null => LogLimits.Default.MaxBytes,
        "0" => 0,
        _ => ByteSize.Parse(text) is >= LogLimits.LeastBytes and var bytes ? bytes
            : throw new FormatException($"--log-max-size takes an amount such as 500K or 20M, from {LogLimits.LeastBytes / 1024}K up, or 0, not '{text}'"),
    };
}
