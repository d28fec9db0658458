using System.CommandLine;
using Sentinel.Api;

namespace Sentinel.Commands;

/// <summary>Keeps a command to the processes of one session, so that those who share a machine leave each other's processes alone.</summary>
internal static class SessionOption
{
    /// <summary>Names the session of a shell; <c>run</c> puts what it starts there.</summary>
    public const string Variable = "SENTINEL_SESSION";

    /// <summary>The session of the caller; null: none.</summary>
    public static string? OfCaller => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } session ? session : null;

    public static Option<string?> Create()
    {
        var option = new Option<string?>("--session")
        {
            Description = $"Only processes of this session; \"\" means of all [default: {Variable}, if it is set]",
            HelpName = "id",
        };
        option.CompletionSources.Add(_ => SharedOptions.Sessions());
        return option;
    }

    /// <summary>The same processes, kept to the session that is given or, if none is, to the caller's.</summary>
    public static Selection Of(ParseResult result, Option<string?> option, Selection selection) =>
        selection with { Session = Given(result, option) is { } given ? Filled(given) : OfCaller };

    /// <summary>The same for a command that only looks: processes that are named may be anybody's.</summary>
    public static Selection OfLook(ParseResult result, Option<string?> option, Selection selection) =>
        selection is Selection.Named && Given(result, option) is null ? selection : Of(result, option, selection);

    private static string? Given(ParseResult result, Option<string?> option) => result.GetResult(option) is { Implicit: false } ? result.GetValue(option) ?? "" : null;

    private static string? Filled(string session) => session.Length > 0 ? session : null;
}
