using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Sentinel.Api;
using Sentinel.Core.Supervision;
using Sentinel.Linux.Proc;
using Sentinel.Model;
using Sentinel.Rendering;

namespace Sentinel.Commands;

internal static class PortCommand
{
    public static Command Create() => new("port")
    {
        Allocate(), List(), Get(), Free(),
    };

    private static Command Allocate()
    {
        var asked = new Argument<int?>("port") { Description = "Port to lease [default: any unused port]", Arity = ArgumentArity.ZeroOrOne, CustomParser = Port };
        var port = new Option<int?>("--port") { Description = "Same as the <port> argument", HelpName = "port", CustomParser = Port };
        var name = NameOption($"Name of the lease [default: {PortLease.DefaultName}]");
        var json = SharedOptions.Json();
        var command = new Command("allocate", "Lease a port") { asked, port, name, json };
        command.Check(result =>
        {
            if (result.GetResult(asked) is { Tokens.Count: > 0 } && result.GetResult(port) is not null)
                throw new FormatException("one port is leased at a time; give it once");
            SharedOptions.CheckName(result.GetValue(name));
        });
        command.SetAction(result => Invocation.InSession(result, json, session => session.Report(session.Do(
            new Request.AllocatePort(result.GetValue(asked) ?? result.GetValue(port), result.GetValue(name) ?? PortLease.DefaultName)))));
        return command;
    }

    private static Command List()
    {
        var name = NameOption("Only leases with this name");
        var json = SharedOptions.Json();
        var command = new Command("list", "List the leased ports, and what listens on them") { name, json };
        command.Aliases.Add(ListCommand.Alias);
        command.SetAction(result => Invocation.InSession(result, json, session =>
        {
            var ports = session.Ask<Answer.Ports>(new Query.Ports(result.GetValue(name))).All;
            if (session.IsJson)
                session.Print(Documents.Of(ports, session.Warnings));
            else
                foreach (var line in PortList.Lines(ports, session.Style))
                    session.Output.Line(line);
            return ExitCode.Success;
        }));
        return command;
    }

    private static Command Get()
    {
        var process = SharedOptions.Process("Process id or name");
        var name = new Argument<string?>("port") { Description = "Name of the port, if the process has several", Arity = ArgumentArity.ZeroOrOne };
        var json = SharedOptions.Json();
        var command = new Command("get", "Print the port of a process, and nothing else") { process, name, json };
        command.SetAction(result => Invocation.InSession(result, json, session => Get(session, result.GetValue(process)!, result.GetValue(name))));
        return command;
    }

    private static int Get(Session session, string target, string? name)
    {
        var state = session.Store.Read();
        var (found, missing) = Selecting.One(target, state, Caller.FolderAsSeen);
        if (found is null)
            return session.Fail([missing!]);
        var all = state.PortsOf(found).ToList();
        var leases = all.FindAll(lease => lease.Name == (name ?? lease.Name));
        if (leases is not [var lease])
            return session.Fail([new Outcome.Failed(found.Spec.Name, found, all.Count == 0 ? "it has no port; 'run --port NAME' leases one"
                : $"{(leases.Count == 0 ? $"it has no port named '{name}'" : "it has several ports")}; name one of them: {string.Join(", ", all.Select(one => one.Name))}",
                FailureCode.NotFound)]);
        if (session.IsJson)
            session.Print(Documents.Of(session.Ask<Answer.Ports>(new Query.Ports(lease.Name)).All.Where(port => port.Port == lease.Port).ToList(), session.Warnings));
        else
            session.Output.Line(lease.Port.ToString(CultureInfo.InvariantCulture));
        return ExitCode.Success;
    }

    private static Command Free()
    {
        var targets = new Argument<string[]>("port") { Description = "Port number or lease name", HelpName = "port", Arity = ArgumentArity.OneOrMore };
        targets.CompletionSources.Add(_ =>
        {
            using var session = new Session(isJson: false);
            return session.Store.Read().Ports.Values.Select(lease => lease.Port.ToString(CultureInfo.InvariantCulture));
        });
        var json = SharedOptions.Json();
        var command = new Command("free", "End port leases; a name ends all leases with that name") { targets, json };
        command.SetAction(result => Invocation.InSession(result, json, session =>
            session.Report(session.Do(new Request.FreePorts(result.GetValue(targets)!)))));
        return command;
    }

    private static Option<string?> NameOption(string description) => new("--name") { Description = description, HelpName = "name" };

    private static int? Port(ArgumentResult result)
    {
        if (result.Tokens is not [var token])
            return null;
        if (int.TryParse(token.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= PortLease.Lowest and <= PortLease.Highest)
            return port;
        result.AddError($"'{token.Value}' is not a port; expected a number from {PortLease.Lowest} to {PortLease.Highest}");
        return null;
    }
}
