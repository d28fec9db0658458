using System.CommandLine;
using System.CommandLine.Parsing;
using Sentinel.Model.Specs;

namespace Sentinel.Commands;

/// <summary>How <c>run</c> is to keep a process running, and how to stop it.</summary>
/// <param name="isNew">Whether there are no earlier options that these could belong to.</param>
internal sealed class RunOptionSet(bool isNew = true)
{
    // The word after --restart may be the command; RunWords tells whether it is a value.
    public const string RuleOption = "--restart-rule";

    private readonly Option<bool> _restart = SharedOptions.Flag(
        "--restart",
        "Restart it whenever it ends by itself: at once, then after 0.5 s, 1 s, ... 30 s while runs last less than 10 s. "
        + "--restart=on-failure: only when it did not exit with code 0");

    private readonly Option<RestartRule?> _rule = new(RuleOption) { Hidden = true, CustomParser = Rule };

    private readonly Option<int?> _maxRestarts = new("--max-restarts")
    {
        Description = "Give up when it ends again after this many restarts within --restart-window [default: never]",
        HelpName = "number",
        CustomParser = Number,
    };

    private readonly Option<TimeSpan?> _window = SharedOptions.Seconds(
        "--restart-window", $"Seconds within which --max-restarts counts [default: {RestartLimit.DefaultWindow.TotalSeconds}]");

    private readonly Option<TimeSpan?> _stopTimeout = SharedOptions.Seconds(
        "--stop-timeout", $"Seconds it has to end when it is stopped, before SIGKILL [default: {StopRule.Default.Timeout.TotalSeconds}]");

    private readonly Option<int?> _stopSignal = SharedOptions.Signal(
        "--stop-signal", "Signal that asks it to end: INT, HUP, ... [default: TERM]");

    private readonly Option<StopMode?> _stopMode = SharedOptions.Amount(
        "--stop-mode",
        "main|tree",
        "Who gets the signal: main, the process, and then what it leaves running; tree, the process and all that it started, at once [default: main]",
        StopModes.Parse);

    private readonly Option<string?> _pidFile = new("--pid-file")
    {
        Description = "When its main process ends, the process of its tree that this file names takes its place: for a program that puts itself into the background, or replaces itself",
        HelpName = "file",
    };

    private readonly Option<long?> _maxMemory = new("--max-memory")
    {
        Description = "Restart it when it and all that it started use more memory: 200M, 1.5G",
        HelpName = "size",
        CustomParser = Memory,
    };

    private readonly Option<long?> _logSize = new("--log-max-size")
    {
        Description = $"Size at which the log of a stream becomes a backup: 1M, 500K; 0: never [default: {LogLimits.Default.MaxBytes / (1024 * 1024)}M]",
        HelpName = "size",
        CustomParser = LogSize,
    };

    private readonly Option<int?> _logBackups = new("--log-backups")
    {
        Description = $"Backups to keep of each log [default: {LogLimits.Default.Backups}]",
        HelpName = "number",
        CustomParser = Backups,
    };

    private readonly Option<bool> _logCompress = SharedOptions.Flag("--log-compress", "Compress the backups with gzip");

    private readonly Option<bool> _logPipe = SharedOptions.Flag(
        "--log-pipe", "Write its logs through a pipe and a reader process: nothing is lost when it opens /dev/stdout and truncates it");

    public void AddTo(System.CommandLine.Command command)
    {
        foreach (var option in new Option[] { _restart, _rule, _maxRestarts, _window, _stopTimeout, _stopSignal, _stopMode, _pidFile, _maxMemory, _logSize, _logBackups, _logCompress, _logPipe })
            command.Options.Add(option);
        command.Check(result =>
        {
            if (result.GetValue(_pidFile) is "")
                throw new FormatException("--pid-file takes a file, not ''");
        });
        if (isNew)
            command.Check(Validate);
    }

    public ProcessSpec In(ParseResult result, ProcessSpec spec) => spec with
    {
        Restart = result.GetValue(_rule) ?? (result.GetValue(_restart) ? RestartRule.Always : spec.Restart),
        RestartLimit = (result.GetValue(_maxRestarts) ?? spec.RestartLimit?.Restarts) is { } restarts
            ? new RestartLimit(restarts, result.GetValue(_window) ?? spec.RestartLimit?.Window ?? RestartLimit.DefaultWindow)
            : null,
        PidFile = result.GetValue(_pidFile) ?? spec.PidFile,
        Stop = new StopRule(
            result.GetValue(_stopSignal) ?? spec.Stop.Signal,
            result.GetValue(_stopTimeout) ?? spec.Stop.Timeout,
            result.GetValue(_stopMode) ?? spec.Stop.Mode),
        MaxMemoryBytes = result.GetValue(_maxMemory) ?? spec.MaxMemoryBytes,
        LogLimits = new LogLimits(
            result.GetValue(_logSize) ?? spec.LogLimits.MaxBytes,
            result.GetValue(_logBackups) ?? spec.LogLimits.Backups,
            result.GetValue(_logCompress) || spec.LogLimits.Compress),
        LogPipe = result.GetValue(_logPipe) || spec.LogPipe,
    };

    public bool HasPidFile(CommandResult result) => result.GetValue(_pidFile) is not null;

    private void Validate(CommandResult result)
    {
        var isRestarted = result.GetValue(_restart) || result.GetValue(_rule) is not (null or RestartRule.Never);
        if (result.GetValue(_maxRestarts) is not null && !isRestarted)
            result.AddError("--max-restarts needs --restart");
        if (result.GetValue(_window) is not null && result.GetValue(_maxRestarts) is null)
            result.AddError("--restart-window needs --max-restarts");
    }

    private static RestartRule? Rule(ArgumentResult result)
    {
        var word = result.Tokens[0].Value;
        if ((word is "never" ? RestartRule.Never : word is "yes" or "true" ? RestartRule.Always : RestartRules.Parse(word)) is { } rule)
            return rule;
        result.AddError($"--restart= takes always, on-failure or no, not '{word}'");
        return null;
    }

    private static int? Number(ArgumentResult result)
    {
        if (int.TryParse(result.Tokens[0].Value, out var number) && number is >= 0 and <= 1000)
            return number;
        result.AddError($"--max-restarts takes a number from 0 to 1000, not '{result.Tokens[0].Value}'");
        return null;
    }

    private static long? LogSize(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (text == "0")
            return 0;
        if (ByteSize.Parse(text) is >= LogLimits.LeastBytes and var bytes)
            return bytes;
        result.AddError($"--log-max-size takes an amount such as 500K or 20M, from {LogLimits.LeastBytes / 1024}K up, or 0, not '{text}'");
        return null;
    }

    private static int? Backups(ArgumentResult result)
    {
        if (int.TryParse(result.Tokens[0].Value, out var number) && number is >= 0 and <= LogLimits.MostBackups)
            return number;
        result.AddError($"--log-backups takes a number from 0 to {LogLimits.MostBackups}, not '{result.Tokens[0].Value}'");
        return null;
    }

    private static long? Memory(ArgumentResult result)
    {
        if (ByteSize.Parse(result.Tokens[0].Value) is { } bytes)
            return bytes;
        result.AddError($"--max-memory takes an amount such as 200M or 1.5G, not '{result.Tokens[0].Value}'");
        return null;
    }
}
