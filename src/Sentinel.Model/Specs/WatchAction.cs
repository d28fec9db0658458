using Sentinel.Model.Processes;

namespace Sentinel.Model.Specs;

/// <summary>What is done when a file that a process depends on has changed.</summary>
public abstract record WatchAction
{
    private const string RestartWord = "restart", RollingWord = "rolling", NoGapWord = "no-gap", SignalWord = "signal", RunWord = "run";

    private WatchAction()
    {
    }

    /// <summary>It is restarted.</summary>
    public sealed record Restart : WatchAction
    {
        public override string ToString() => RestartWord;
    }

    /// <summary>Its set is restarted, one instance at a time, each when the last is ready.</summary>
    public sealed record Rolling : WatchAction
    {
        public override string ToString() => RollingWord;
    }

    /// <summary>It is started anew beside its current run, which ends when the new one is ready.</summary>
    public sealed record NoGap : WatchAction
    {
        public override string ToString() => NoGapWord;
    }

    /// <summary>It is sent a signal.</summary>
    public sealed record Signal(int Number) : WatchAction
    {
        public override string ToString() => $"{SignalWord}:{SignalName.Of(Number)}";
    }

    /// <summary>A command line is run in its folder, with its environment, and the process goes on.</summary>
    public sealed record Run(string Line) : WatchAction
    {
        public override string ToString() => $"{RunWord}:{Line}";
    }

    public static readonly WatchAction Default = new Restart();

    /// <summary>Whether it is restarted for a change.</summary>
    public bool IsRestart => this is Restart or Rolling or NoGap;

    /// <exception cref="FormatException">There is no such action.</exception>
    public static WatchAction Parse(string text) => text.Split(':', 2) switch
    {
        [RestartWord] => Default,
        [RollingWord] => new Rolling(),
        [NoGapWord] => new NoGap(),
        [SignalWord, var name] => new Signal(SignalName.Read(name)),
        [RunWord, { Length: > 0 } line] when !string.IsNullOrWhiteSpace(line) => new Run(line),
        _ => throw new FormatException($"--watch-then takes {RestartWord}, {RollingWord}, {NoGapWord}, {SignalWord}:NAME or {RunWord}:COMMAND, not '{text}'"),
    };
}
