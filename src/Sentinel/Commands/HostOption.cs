using System.CommandLine;
using Sentinel.Hosts;
using Sentinel.Model.Specs;

namespace Sentinel.Commands;

/// <summary>What a command is on other machines.</summary>
internal enum Reach
{
    /// <summary>Only for this one.</summary>
    None,

    /// <summary>It looks, and ends with the connection.</summary>
    Looks,

    /// <summary>It changes something, and goes on to its end.</summary>
    Changes,

    /// <summary>It shows them by itself.</summary>
    Shows,
}

/// <summary>On which machines a command is to be carried out.</summary>
internal static class HostOption
{
    public const string Name = "--host";

    public static readonly Option<string?> Option = new(Name)
    {
        Description = $"Do it on these machines, over ssh: m1, user@m1,m2, or a group of the project's [hosts] [default: {HostNames.Variable}, or here]",
        HelpName = "hosts",
        Recursive = true,
    };

    /// <summary>As the option or the variable names them; null: it is for this machine.</summary>
    public static string? In(ParseResult result)
    {
        // Help and versions are the same everywhere.
        if (result.Action is HelpPage or VersionAction || !result.CommandResult.Command.Parents.Any())
            return null;
        return result.GetResult(Option) is { Implicit: false } ? result.GetValue(Option)
            : Environment.GetEnvironmentVariable(HostNames.Variable) is { Length: > 0 } hosts && ReachIn(result) != Reach.None && !IsDaemon(result) ? hosts : null;
    }

    // Which is started by commands, with the environment that they have.
    private static bool IsDaemon(ParseResult result) => result.CommandResult is { Command.Name: "run", Parent: System.CommandLine.Parsing.CommandResult { Command.Name: "daemon" } };

    public static Reach ReachIn(ParseResult result) => CommandLine.ReachOf(VerbIn(result));

    /// <summary>The command itself, and not one below it.</summary>
    public static string VerbIn(ParseResult result)
    {
        var at = result.CommandResult;
        while (at.Parent is System.CommandLine.Parsing.CommandResult { Parent: not null } above)
            at = above;
        return at.Command.Name;
    }
}
