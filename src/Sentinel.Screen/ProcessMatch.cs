using Sentinel.Api;
using Sentinel.Model.Policy;

namespace Sentinel.Screen;

/// <summary>
/// Which processes a filter lets through: all its words have to match. A word is found in the name, also with letters left out
/// (<c>apsrv</c> is in <c>api-server</c>), in the group or the command; <c>!word</c> is not found; <c>state:</c>, <c>group:</c>,
/// <c>host:</c> and <c>port:</c> look at that alone.
/// </summary>
internal static class ProcessMatch
{
    public static Func<ProcessSummary, bool> Of(string filter)
    {
        var words = filter.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(OfWord).ToArray();
        return process => Array.TrueForAll(words, word => word(process));
    }

    /// <summary>Whether the letters of a word are in a text, in their order.</summary>
    public static bool IsIn(string word, string text)
    {
        var at = 0;
        foreach (var letter in word)
        {
            at = text.IndexOf(letter.ToString(), at, StringComparison.OrdinalIgnoreCase) + 1;
            if (at == 0)
                return false;
        }

        return true;
    }

    private static Func<ProcessSummary, bool> OfWord(string word)
    {
        if (word is ['!', .. { Length: > 0 } not])
        {
            // What runs it is no reason to leave it out: few know all that is in a command.
            var other = not.Contains(':') ? Exactly(not) : process => Has(process.Name, not) || Has(process.Group ?? "", not);
            return process => !other(process);
        }

        var exactly = Exactly(word);
        return process => exactly(process) || (!word.Contains(':') && IsIn(word, process.Name));
    }

    private static Func<ProcessSummary, bool> Exactly(string word) => word.Split(':', 2) switch
    {
        ["state", var state] => process => Has(StateWords.Of(process), state),
        ["group", var group] => process => Has(process.Group ?? "", group),
        ["host", var host] => process => Has(process.Host ?? "", host),
        ["port", var port] => process => process.Ports.Any(lease => lease.Port.ToString() == port || Has(lease.Name, port)),
        _ => process => Has(process.Name, word) || Has(process.Group ?? "", word) || Has(process.Command, word),
    };

    private static bool Has(string text, string part) => text.Contains(part, StringComparison.OrdinalIgnoreCase);
}

/// <summary>How a process is, in one word.</summary>
internal static class StateWords
{
    /// <summary>The state of processes on a machine that does not answer.</summary>
    public const string Unknown = "unknown";

    private const string Unhealthy = "unhealthy", Healthy = "healthy";

    // The worst first.
    private static readonly string[] ByUrgency =
        ["failed", "crashed", Unhealthy, "backoff", "stopping", "starting", "waiting", Unknown, "elsewhere", "running", "scheduled", RunState.Listening, Healthy, RunState.Done, "exited", "stopped"];

    public static string Of(ProcessSummary process) =>
        process is { State: "running", Health.Status: { } status } ? status : process.State;

    public static int Urgency(ProcessSummary process) => Array.IndexOf(ByUrgency, Of(process)) is >= 0 and var at ? at : ByUrgency.Length;

    /// <summary>Whether it runs, or has done its work.</summary>
    public static bool IsUpOrDone(ProcessSummary process) => process.State is "running" or RunState.Done;

    /// <summary>Whether somebody should look at it.</summary>
    public static bool IsBad(string word) => word is "failed" or "crashed" or Unhealthy;
}
