using System.CommandLine;
using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Logs;
using Sentinel.Linux.Files;
using Sentinel.Linux.Spawning;

namespace Sentinel.Commands;

/// <summary>For our own use: see <see cref="LogReader"/>.</summary>
internal static class LogReaderCommand
{
    public static Command Create()
    {
        var log = new Argument<string>("log");
        var size = new Argument<long>("size");
        var backups = new Argument<int>("backups");
        var compresses = new Argument<bool>("compresses");
        var command = new Command(LogReaders.CommandName) { log, size, backups, compresses };
        command.Hidden = true;
        command.SetAction(result =>
        {
            using var input = new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);
            using var reader = new LogReader(
                result.GetValue(log)!,
                new Model.Specs.LogLimits(result.GetValue(size), result.GetValue(backups), result.GetValue(compresses)),
                new LogFiles(),
                path => LogCompressions.Begin(path, _ => { }));
            reader.Run(input);
            return ExitCode.Success;
        });
        return command;
    }
}
