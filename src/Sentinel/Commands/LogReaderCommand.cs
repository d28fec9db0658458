using System.CommandLine;
using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Logs;
using Sentinel.Linux.Spawning;

namespace Sentinel.Commands;

/// <summary>For our own use: see <see cref="LogReader"/>.</summary>
internal static class LogReaderCommand
{
    public static Command Create()
    {
        var arguments = new LogReaderArguments();
        var command = new Command(LogReaders.CommandName) { Hidden = true };
        arguments.AddTo(command);
        command.SetAction(result =>
        {
            using var input = new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);
            using var reader = arguments.In(result);
            reader.Run(input);
            return ExitCode.Success;
        });
        return command;
    }
}
