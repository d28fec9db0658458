using Sentinel.Model.Processes;

namespace Sentinel.Model.Specs;

/// <summary>How to stop a process.</summary>
/// <param name="Signal">Asks the process, and whatever it leaves behind, to end.</param>
/// <param name="Timeout">How long they have before SIGKILL.</param>
/// <param name="Mode">Which processes are asked first.</param>
public sealed record StopRule(int Signal, TimeSpan Timeout, StopMode Mode = StopMode.Main)
{
    /// <summary>Run first, to make the process end; null: the signal alone asks it.</summary>
    public Command? Command { get; init; }

    public static readonly StopRule Default = new(SignalName.Terminate, TimeSpan.FromSeconds(10));
}

/// <summary>Which processes of a tree get the signal when it is stopped.</summary>
public enum StopMode
{
    /// <summary>The main process; once it has ended, whatever is left.</summary>
    Main,

    /// <summary>All of them at once.</summary>
    Tree,
}

/// <summary>The words for it in the state and in all machine-readable output.</summary>
public static class StopModes
{
    public static string Word(this StopMode mode) => mode == StopMode.Tree ? "tree" : "main";

    /// <exception cref="FormatException">There is no such mode.</exception>
    public static StopMode Parse(string word) => word switch
    {
        "main" => StopMode.Main,
        "tree" => StopMode.Tree,
        _ => throw new FormatException($"--stop-mode takes main or tree, not '{word}'"),
    };
}
