using System.Globalization;
using System.Text;
using Sentinel.Api;
using Sentinel.Core.Host;
using Sentinel.Core.Logs;

namespace Sentinel.Rendering;

/// <summary>How logs are shown.</summary>
/// <param name="IsJson">One object a line.</param>
/// <param name="IsRaw">The raw bytes, and nothing else.</param>
/// <param name="HasTimes">Each line with its time and its stream.</param>
/// <param name="KeepsEscapes">Whether to keep escape sequences, because the reader obeys them.</param>
internal sealed record LogLook(bool IsJson, bool IsRaw, bool HasTimes, bool KeepsEscapes);

/// <summary>Writes logs as people, or programs, read them.</summary>
internal abstract class LogWriter(Output output)
{
    /// <summary>Whether it takes bytes as they come, not only whole lines.</summary>
    public virtual bool TakesBytes => false;

    public static LogWriter For(Output output, Style style, IReadOnlyList<LogFile> logs, LogLook look)
    {
        var names = logs.Select(log => log.Process).Distinct().ToList();
        return look switch
        {
            { IsJson: true } => new JsonWriter(output),
            { IsRaw: true } => new RawWriter(output),
            _ when look.HasTimes || names.Count > 1 => new LineWriter(output, style, names, look),
            _ => new HeadingWriter(output, style, logs, look),
        };
    }

    /// <summary>What follows belongs to this log.</summary>
    public virtual void Begin(LogFile log)
    {
    }

    /// <summary>Bytes as the log holds them.</summary>
    public virtual void Write(LogFile log, ReadOnlyMemory<byte> bytes) => throw new NotSupportedException();

    public abstract void Line(LogFile log, LogLine line, DateTimeOffset? time);

    /// <summary>Something that happened to its process at this point.</summary>
    public virtual void Mark(LogFile log, DateTimeOffset time, string what)
    {
    }

    /// <summary>Lines were left out here.</summary>
    public virtual void Gap(LogFile log)
    {
    }

    /// <summary>Nothing more of this log follows: ends an unfinished line.</summary>
    public virtual void End(LogFile log)
    {
    }

    protected Output Output => output;

    protected void Line(ReadOnlyMemory<byte> text)
    {
        output.Write(text);
        output.Write("\n"u8.ToArray());
    }

    // What a progress bar has overwritten is not shown: a terminal would draw it over the text before it.
    private static ReadOnlyMemory<byte> Shown(ReadOnlyMemory<byte> text, LogLook look)
    {
        var isClosed = text.Span is [.., (byte)'\r'];
        if (!look.KeepsEscapes)
            return isClosed ? (byte[])[.. ShownText.Of(text).Span, (byte)'\r'] : ShownText.Of(text);
        // Nobody reads a line this long on a terminal; a program gets all of it.
        var line = ShownText.WithEscapes(text);
        var cut = ShownText.Cut(line, ShownText.LongestLine, out var left);
        return left > 0 ? (byte[])[.. cut.Span, .. Encoding.UTF8.GetBytes($"\e[0m{ShownText.Rest(left)}")] : line;
    }

    private sealed class RawWriter(Output output) : LogWriter(output)
    {
        public override bool TakesBytes => true;

        public override void Write(LogFile log, ReadOnlyMemory<byte> bytes) => Output.Write(bytes);

        public override void Line(LogFile log, LogLine line, DateTimeOffset? time) => Line(line.Text);
    }

    private sealed class JsonWriter(Output output) : LogWriter(output)
    {
        public override void Line(LogFile log, LogLine line, DateTimeOffset? time) => Line(Documents.Of(log, ShownText.Of(line.Text).Span, time));
    }

    /// <summary>Each log under a heading that names its file; when following, new output as it comes.</summary>
    private sealed class HeadingWriter(Output output, Style style, IReadOnlyList<LogFile> logs, LogLook look) : LogWriter(output)
    {
        private readonly Dictionary<LogFile, EscapeCutter> _cutters = logs.ToDictionary(log => log, _ => new EscapeCutter());
        private LogFile? _current;
        private bool _isAtLineStart = true;

        public override bool TakesBytes => true;

        public override void Begin(LogFile log)
        {
            if (log == _current)
                return;
            EndLine();
            if (_current is not null)
                Output.Line();
            Output.Line(style.Paint($"==> {log.Path} <==", Color.Bold));
            _current = log;
        }

        public override void Write(LogFile log, ReadOnlyMemory<byte> bytes)
        {
            Begin(log);
            var shown = look.KeepsEscapes ? bytes : _cutters[log].Cut(bytes);
            Output.Write(shown);
            if (!shown.IsEmpty)
                _isAtLineStart = shown.Span[^1] == '\n';
        }

        public override void Line(LogFile log, LogLine line, DateTimeOffset? time)
        {
            Begin(log);
            Line(Shown(line.Text, look));
        }

        public override void Mark(LogFile log, DateTimeOffset time, string what)
        {
            Begin(log);
            EndLine();
            Output.Line(style.Paint($"--- {what}, {Text.Time(time)}", Color.Dim));
        }

        public override void Gap(LogFile log) => Output.Line(style.Paint("--", Color.Dim));

        public override void End(LogFile log) => EndLine();

        private void EndLine()
        {
            if (!_isAtLineStart)
                Output.Line();
            _isAtLineStart = true;
        }
    }

    /// <summary>Whole lines of several logs, never mixed.</summary>
    private sealed class LineWriter(Output output, Style style, List<string> names, LogLook look) : LogWriter(output)
    {
        private const string TimeFormat = "yyyy-MM-dd HH:mm:ss.f";

        private readonly int _width = names.Max(Text.Width);

        public override void Line(LogFile log, LogLine line, DateTimeOffset? time) =>
            Line((byte[])[.. Prefix(log, time, log.Stream == LogStream.Stdout ? "out" : "err"), .. Shown(line.Text.Span is [.., (byte)'\r'] ? line.Text[..^1] : line.Text, look).Span]);

        public override void Mark(LogFile log, DateTimeOffset time, string what) =>
            Line((byte[])[.. Prefix(log, time, "---"), .. Encoding.UTF8.GetBytes(style.Paint(look.HasTimes ? what : $"--- {what}, {Text.Time(time)}", Color.Dim))]);

        public override void Gap(LogFile log) => Output.Line(style.Paint("--", Color.Dim));

        private byte[] Prefix(LogFile log, DateTimeOffset? time, string stream)
        {
            var prefix = new StringBuilder();
            if (look.HasTimes)
                prefix.Append(style.Paint(
                    time?.ToLocalTime().ToString(TimeFormat, CultureInfo.InvariantCulture) ?? "-".PadRight(TimeFormat.Length), Color.Dim)).Append(' ');
            if (names.Count > 1)
                prefix.Append(style.Paint(log.Process + new string(' ', _width - Text.Width(log.Process)), ColorOf(names.IndexOf(log.Process)))).Append(' ');
            if (look.HasTimes)
                prefix.Append(style.Paint(stream, stream == "err" ? Color.Red : Color.Dim)).Append(' ');
            return Encoding.UTF8.GetBytes($"{prefix}{style.Paint("|", Color.Dim)} ");
        }

        private static Color ColorOf(int index) => (Color)(31 + (index % 6));
    }
}
