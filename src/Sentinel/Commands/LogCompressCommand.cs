using System.CommandLine;
using Sentinel.Core.Logs;
using Sentinel.Linux.Files;
using Sentinel.Linux.Spawning;
using Sentinel.Rendering;

namespace Sentinel.Commands;

/// <summary>For our own use: see <see cref="LogCompression"/>.</summary>
internal static class LogCompressCommand
{
    public static Command Create()
    {
        var log = new Argument<string>("log");
        var command = new Command(LogCompressions.CommandName) { log };
        command.Hidden = true;
        command.SetAction(result =>
        {
            LogCompressions.GiveWay();
            try
            {
                new LogCompression(new LogFiles()).Run(result.GetValue(log)!);
                return ExitCode.Success;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The daemon that asked for it logs this.
                Output.Tell(e.Message.TrimEnd('.'));
                return ExitCode.Failure;
            }
        });
        return command;
    }
}
