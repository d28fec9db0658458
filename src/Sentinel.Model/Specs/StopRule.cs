using Sentinel.Model.Processes;

namespace Sentinel.Model.Specs;

/// <summary>How a process wants to be stopped.</summary>
/// <param name="Signal">Asks it, and what it leaves, to end.</param>
/// <param name="Timeout">How long they have, until SIGKILL.</param>
/// <param name="Mode">Who is asked first.</param>
public sealed record StopRule(int Signal, TimeSpan Timeout, StopMode Mode = StopMode.Main)
{
    public static readonly StopRule Default = new(SignalName.Terminate, TimeSpan.FromSeconds(10));
}

/// <summary>Who of a tree gets the signal when it is stopped.</summary>
public enum StopMode
{
    /// <summary>The main process; when it has ended, what is left.</summary>
    Main,

    /// <summary>All of it at once.</summary>
    Tree,
}

/// <summary>The words for it, in the state and wherever programs read.</summary>
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
