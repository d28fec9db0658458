using System.CommandLine;
using Sentinel.Linux.Sockets;
using Sentinel.Rendering;

namespace Sentinel.Commands;

internal static class AttachCommand
{
    public static Command Create()
    {
        var process = SharedOptions.Process("Process id or name");
        var command = new Command("attach") { process };
        command.SetAction(result =>
        {
            using var session = new Session(isJson: false);
            if (!TerminalAttachment.IsPossible)
                return Session.Fail("attach needs a terminal; 'sentinel send' sends a line, and 'sentinel logs --follow' shows what is printed");
            if (SendCommand.InputOf(session, result.GetValue(process)!, needsTerminal: true) is not { } record)
                return ExitCode.Failure;
            switch (TerminalAttachment.Run(session.Home.InputOf(record), $"Attached to {record.Spec.Name}; Ctrl+P Ctrl+Q detaches"))
            {
                case null:
                    return Session.Fail($"{record.Spec.Name}: nothing keeps its terminal any more; 'sentinel restart {record.Spec.Name}' gives it another");
                case true:
                    Output.Tell($"\nDetached from {record.Spec.Name}, which goes on");
                    break;
                default:
                    Output.Tell($"\n{record.Spec.Name} has ended; 'sentinel why {record.Spec.Name}' tells how");
                    break;
            }

            return ExitCode.Success;
        });
        return command;
    }
}
