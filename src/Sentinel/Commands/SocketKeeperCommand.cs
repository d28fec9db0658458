using System.CommandLine;
using Microsoft.Win32.SafeHandles;
using Sentinel.Linux.Sockets;

namespace Sentinel.Commands;

/// <summary>For our own use: see <see cref="SocketKeeper"/>.</summary>
internal static class SocketKeeperCommand
{
    public static Command Create()
    {
        var path = new Argument<string>("path");
        var command = new Command(SocketKeeper.CommandName) { Hidden = true };
        command.Arguments.Add(path);
        command.SetAction(result =>
        {
            using var listener = new SafeFileHandle(0, ownsHandle: false);
            using var keeper = new SocketKeeper(listener, result.GetValue(path)!);
            // There is nobody to tell.
            keeper.Run(_ => { });
            return ExitCode.Success;
        });
        return command;
    }
}
