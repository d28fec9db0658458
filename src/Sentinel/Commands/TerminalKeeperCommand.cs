using System.CommandLine;
using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Logs;
using Sentinel.Linux.Files;
using Sentinel.Linux.Sockets;
using Sentinel.Linux.Spawning;
using Sentinel.Model.Specs;

namespace Sentinel.Commands;

/// <summary>For our own use: see <see cref="TerminalKeeper"/>. Its standard input is the terminal.</summary>
internal static class TerminalKeeperCommand
{
    public static System.CommandLine.Command Create()
    {
        var log = new Argument<string>("log");
        var size = new Argument<long>("size");
        var backups = new Argument<int>("backups");
        var compresses = new Argument<bool>("compresses");
        var socket = new Argument<string>("socket");
        var command = new System.CommandLine.Command(LogReaders.TerminalName) { log, size, backups, compresses, socket };
        command.Hidden = true;
        command.SetAction(result =>
        {
            var limits = new LogLimits(result.GetValue(size), result.GetValue(backups), result.GetValue(compresses));
            using var master = new SafeFileHandle(0, ownsHandle: false);
            using var written = new LogReader(result.GetValue(log)!, limits, new LogFiles(), path => LogCompressions.Begin(path, _ => { }));
            using var keeper = new TerminalKeeper(master, result.GetValue(socket)!, written);
            // There is nobody to tell.
            keeper.Run(_ => { });
            return ExitCode.Success;
        });
        return command;
    }
}
