using System.CommandLine;
using Microsoft.Win32.SafeHandles;
using Sentinel.Hosts;
using Sentinel.Linux.Files;
using Sentinel.Linux.Native;

namespace Sentinel.Commands;

/// <summary>Serves <c>--host</c> of another machine, over its connection.</summary>
internal static class RelayCommand
{
    public const string Name = "relay";

    public static Command Create()
    {
        var command = new Command(Name) { Hidden = true };
        command.SetAction(_ =>
        {
            using var session = new Session(isJson: false);
            new StateFiles().MakePrivateFolder(session.Home.Folder);
            using var input = new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);
            new Relay(session.Home, input, StandardStream.Output).Serve().GetAwaiter().GetResult();
            return ExitCode.Success;
        });
        return command;
    }
}
