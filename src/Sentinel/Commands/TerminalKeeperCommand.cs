using System.CommandLine;
using Microsoft.Win32.SafeHandles;
using Sentinel.Linux.Sockets;
using Sentinel.Linux.Spawning;

namespace Sentinel.Commands;

/// <summary>For our own use: see <see cref="TerminalKeeper"/>. Its standard input is the terminal.</summary>
internal static class TerminalKeeperCommand
{
    public static Command Create()
    {
        var arguments = new LogReaderArguments();
        var socket = new Argument<string>("socket");
        var command = new Command(LogReaders.TerminalName) { Hidden = true };
        arguments.AddTo(command);
        command.Arguments.Add(socket);
        command.SetAction(result =>
        {
            using var master = new SafeFileHandle(0, ownsHandle: false);
            using var log = arguments.In(result);
            using var keeper = new TerminalKeeper(master, result.GetValue(socket)!, log);
            // There is nobody to tell.
            keeper.Run(_ => { });
            return ExitCode.Success;
        });
        return command;
    }
}
