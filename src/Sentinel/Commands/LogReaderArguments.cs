using System.CommandLine;
using Sentinel.Core.Logs;
using Sentinel.Linux.Files;
using Sentinel.Linux.Spawning;
using Sentinel.Model.Specs;

namespace Sentinel.Commands;

/// <summary>What a command of our own that writes a log is told; see <see cref="LogReaders"/>.</summary>
internal sealed class LogReaderArguments
{
    private readonly Argument<string> _log = new("log");
    private readonly Argument<long> _size = new("size");
    private readonly Argument<int> _backups = new("backups");
    private readonly Argument<bool> _compresses = new("compresses");

    public void AddTo(System.CommandLine.Command command)
    {
        foreach (var argument in new Argument[] { _log, _size, _backups, _compresses })
            command.Arguments.Add(argument);
    }

    public LogReader In(ParseResult result) => new(
        result.GetValue(_log)!,
        new LogLimits(result.GetValue(_size), result.GetValue(_backups), result.GetValue(_compresses)),
        new LogFiles(),
        path => LogCompressions.Begin(path, _ => { }));
}
