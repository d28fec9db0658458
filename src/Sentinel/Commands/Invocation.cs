using System.CommandLine;
using Sentinel.Core.Store;

namespace Sentinel.Commands;

/// <summary>Runs what a command does, and turns what goes wrong into words and an exit code.</summary>
internal static class Invocation
{
    public static readonly Option<bool> Debug = new("--debug")
    {
        Description = "Show where in sentinel an error comes from",
        Arity = ArgumentArity.Zero,
        Recursive = true,
    };

    public static int Run(ParseResult result, Option<bool> json, Func<Session, int> run)
    {
        try
        {
            using var session = new Session(result.GetValue(json));
            return run(session);
        }
        catch (Exception e) when (!result.GetValue(Debug))
        {
            // Expected failures speak for themselves; any other is a fault of ours, and says so.
            return Session.Fail(e is StateException or IOException or UnauthorizedAccessException or TimeoutException
                ? e.Message.TrimEnd('.')
                : $"{e.Message}\nThis is a fault in sentinel. Run it again with --debug to see where, and please report it.");
        }
    }
}
