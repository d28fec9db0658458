using System.Text;
using System.Text.Json;
using Sentinel.Commands;
using Sentinel.Core.Logs;

namespace Sentinel.Rendering;

/// <summary>Writes logs as people, or programs, read them.</summary>
internal abstract class LogWriter
{
    public static LogWriter For(Output output, Style style, IReadOnlyList<LogFile> logs, bool isJson)
    {
        if (isJson)
            return new LineWriter(logs, (log, line) => output.Write(JsonLine(log, line)));
        var names = logs.Select(log => log.Process).Distinct().ToList();
        if (names.Count <= 1)
            return new HeadingWriter(output, style);
        var width = names.Max(Text.Width);
        return new LineWriter(logs, (log, line) =>
        {
            output.Write(Encoding.UTF8.GetBytes(
                style.Paint(log.Process + new string(' ', width - Text.Width(log.Process)) + " |", ColorOf(names.IndexOf(log.Process))) + " "));
            output.Write(line);
            output.Write("\n"u8.ToArray());
        });
    }

    /// <summary>What follows is of this log.</summary>
    public abstract void Begin(LogFile log);

    public abstract void Write(LogFile log, ReadOnlyMemory<byte> bytes);

    /// <summary>No more follows of this log: a line that has no end yet gets one.</summary>
    public abstract void End(LogFile log);

    private static byte[] JsonLine(LogFile log, ReadOnlyMemory<byte> line) =>
    [
        .. JsonSerializer.SerializeToUtf8Bytes(
            new LogLineJson(log.Process, LogsCommand.Word(log.Stream), Encoding.UTF8.GetString(line.Span)),
            Json.Line.LogLineJson),
        (byte)'\n',
    ];

    private static Color ColorOf(int index) => (Color)(31 + (index % 6));

    /// <summary>Each log under a heading that names its file, byte for byte.</summary>
    private sealed class HeadingWriter(Output output, Style style) : LogWriter
    {
        private LogFile? _current;
        private bool _isAtLineStart = true;

        public override void Begin(LogFile log)
        {
            if (log == _current)
                return;
            EndLine();
            if (_current is not null)
                output.Line();
            output.Line(style.Paint($"==> {log.Path} <==", Color.Bold));
            _current = log;
        }

        public override void Write(LogFile log, ReadOnlyMemory<byte> bytes)
        {
            Begin(log);
            output.Write(bytes);
            _isAtLineStart = bytes.Span[^1] == '\n';
        }

        public override void End(LogFile log) => EndLine();

        private void EndLine()
        {
            if (!_isAtLineStart)
                output.Line();
            _isAtLineStart = true;
        }
    }

    /// <summary>Whole lines of several logs, never mixed.</summary>
    private sealed class LineWriter(IReadOnlyList<LogFile> logs, Action<LogFile, ReadOnlyMemory<byte>> writeLine) : LogWriter
    {
        // A line without an end is not kept for ever.
        private const int LongestLine = 1024 * 1024;

        private readonly Dictionary<LogFile, MemoryStream> _unfinished = logs.ToDictionary(log => log, _ => new MemoryStream());

        public override void Begin(LogFile log)
        {
        }

        public override void Write(LogFile log, ReadOnlyMemory<byte> bytes)
        {
            var line = _unfinished[log];
            while (!bytes.IsEmpty)
            {
                var end = bytes.Span.IndexOf((byte)'\n');
                line.Write((end < 0 ? bytes : bytes[..end]).Span);
                bytes = end < 0 ? default : bytes[(end + 1)..];
                if (end >= 0 || line.Length >= LongestLine)
                    WriteLine(log, line);
            }
        }

        public override void End(LogFile log)
        {
            if (_unfinished[log].Length > 0)
                WriteLine(log, _unfinished[log]);
        }

        private void WriteLine(LogFile log, MemoryStream line)
        {
            writeLine(log, line.GetBuffer().AsMemory(0, (int)line.Length));
            line.SetLength(0);
        }
    }
}
