using System.CommandLine;
using Sentinel.Core.Store;
using Sentinel.Hosts;
using Sentinel.Linux.Native;
using Sentinel.Linux.Sockets;

namespace Sentinel.Commands;

/// <summary>Does what a command line asks for, and turns failures into messages and an exit code.</summary>
internal static class Invocation
{
    public static readonly Option<bool> Debug = new("--debug")
    {
        Description = "Show where in sentinel an error comes from",
        Arity = ArgumentArity.Zero,
        Recursive = true,
    };

    /// <param name="arguments">What was parsed, for other machines.</param>
    public static int Run(ParseResult result, string[] arguments)
    {
        try
        {
            if (UsageErrors.In(result) is { Count: > 0 } errors)
                return UsageErrors.Report(errors, result);
            // What is said here counts more than SENTINEL_HOST.
            if (EngineOption.In(result) is { } engine)
                return OnEngine.Run(result, engine);
            if (HostOption.In(result) is { } hosts)
                return OnHosts.Run(result, arguments, hosts);
            // Keeps the runtime's console out of it; see StandardStream.
            using var output = new StreamWriter(StandardStream.Output);
            using var error = new StreamWriter(StandardStream.Error);
            return result.Invoke(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
                Output = output,
                Error = error,
            });
        }
        catch (Exception e)
        {
            // Expected failures speak for themselves; any other is a fault of ours, and the message says so.
            return Session.Fail(result.GetValue(Debug) ? e.ToString()
                : e is StateException or DaemonException or HostException or IOException or UnauthorizedAccessException or TimeoutException
                ? e.Message.TrimEnd('.')
                : $"{e.Message}\nThis is a fault in sentinel. Run it again with --debug to see where, and please report it.");
        }
    }

    public static int InSession(ParseResult result, Option<bool> json, Func<Session, int> run)
    {
        using var session = new Session(result.GetValue(json)) { Verb = result.CommandResult.Command.Name };
        return run(session);
    }
}
