using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;
using Sentinel.Linux.Proc;
using Sentinel.Linux.Spawning;
using Sentinel.Wiring;

namespace Sentinel.Commands;

/// <summary>Opens doors for browsers and programs: by a second program, for who opens none should not pay for them.</summary>
internal static class WebCommand
{
    private const int WebPort = 7373;

    public static Command Web()
    {
        var doors = new Doors($"Where to listen [default: 127.0.0.1:{WebPort} or, if that is in use, another port]");
        var open = SharedOptions.Flag("--open", "Open it in a browser");
        var command = new Command("web");
        doors.AddTo(command);
        command.Options.Add(open);
        command.SetAction(result => Serve(() =>
        [
            "--page",
            .. result.GetValue(open) ? ["--open"] : Array.Empty<string>(),
            .. doors.In(result) is { } given ? given : [$"--address={IPAddress.Loopback}", $"--port={WebPort}", "--any-port"],
            .. doors.Others(result),
        ]));
        return command;
    }

    public static Command Serve()
    {
        var doors = new Doors("Where to listen, for those who have the token");
        var socket = new Option<string?>("--socket") { Description = "Socket to listen at, for you alone", HelpName = "path" };
        var command = new Command("serve") { socket };
        doors.AddTo(command);
        command.Check(result =>
        {
            if (doors.In(result) is null && result.GetValue(socket) is not { Length: > 0 })
                throw new FormatException("--listen or --socket says where to listen; at api.sock in Sentinel's folder the daemon has it served already");
        });
        command.SetAction(result => Serve(() =>
        [
            .. result.GetValue(socket) is { } path ? [$"--socket={Caller.Absolute(path)}"] : Array.Empty<string>(), .. doors.In(result) ?? [], .. doors.Others(result),
        ]));
        return command;
    }

    /// <summary>Says that the program that speaks to others is missing.</summary>
    /// <returns>The exit code.</returns>
    public static int Missing() =>
        Session.Fail($"{ServeProgram.Name} is missing: it belongs beside {Environment.ProcessPath}; ./install.sh of Sentinel's source puts it there");

    private static int Serve(Func<IEnumerable<string>> arguments)
    {
        using var session = new Session(isJson: false);
        if (ServeProgram.Find() is not { } program)
            return Missing();
        DaemonCommand.Ensure(session);
        session.Output.Flush();
        return Session.Fail($"cannot execute {program}: {Replacement.Become(program, [.. ServeProgram.Arguments(session.Home), .. arguments()])}");
    }

    /// <summary>The options by which both are reached.</summary>
    private sealed class Doors(string listens)
    {
        private readonly Option<IPEndPoint?> _listen = new("--listen")
        {
            Description = listens,
            HelpName = "[address:]port",
            CustomParser = result =>
            {
                var text = result.Tokens[0].Value;
                if (ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port))
                    return new IPEndPoint(IPAddress.Loopback, port);
                if (IPEndPoint.TryParse(text, out var found) && text.EndsWith($":{found.Port}", StringComparison.Ordinal))
                    return found;
                result.AddError($"--listen takes a port, or an address and a port such as 127.0.0.1:{WebPort}, not '{text}'");
                return null;
            },
        };

        private readonly Option<bool> _remote = SharedOptions.Flag("--allow-remote", "Listen also where other machines can reach it: without encryption, so only behind a proxy that adds it");
        private readonly Option<string[]> _hosts = new("--allow-host") { Description = "Another name by which it may be called, such as that of a proxy (repeatable)", HelpName = "name" };
        private readonly Option<bool> _readOnly = SharedOptions.Flag("--read-only", "Nothing can be changed through it");

        public void AddTo(Command command)
        {
            command.Options.Add(_listen);
            command.Options.Add(_remote);
            command.Options.Add(_hosts);
            command.Options.Add(_readOnly);
            command.Check(result =>
            {
                if (result.GetValue(_listen) is { } where && !IPAddress.IsLoopback(where.Address) && !result.GetValue(_remote))
                    throw new FormatException($"other machines can reach {where.Address}, and nothing is encrypted: somebody who listens on the way can take over all that you run. --allow-remote says that a proxy in front adds TLS");
            });
        }

        /// <summary>Null: the option is not given.</summary>
        public IEnumerable<string>? In(ParseResult result) => In(result.CommandResult);

        public IEnumerable<string>? In(CommandResult result) => result.GetValue(_listen) is { } where ? [$"--address={where.Address}", $"--port={where.Port}"] : null;

        public IEnumerable<string> Others(ParseResult result) =>
            [.. result.GetValue(_readOnly) ? ["--read-only"] : Array.Empty<string>(), .. result.GetValue(_hosts)!.Select(host => $"--host={host}")];
    }
}
