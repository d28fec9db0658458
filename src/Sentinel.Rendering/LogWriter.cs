using System.Globalization;
using System.Text;
using Sentinel.Api;
using Sentinel.Core.Host;
using Sentinel.Core.Logs;
using Sentinel.Model;

namespace Sentinel.Rendering;

/// <summary>How logs are shown.</summary>
/// <param name="IsJson">One object a line.</param>
/// <param name="IsRaw">The raw bytes, and nothing else.</param>
/// <param name="HasTimes">Each line with its time and its stream.</param>
/// <param name="IsTerminal">Whether a person reads, on a terminal, which obeys escape sequences.</param>
internal sealed record LogLook(bool IsJson, bool IsRaw, bool HasTimes, bool IsTerminal);

/// <summary>Writes logs as people, or programs, read them.</summary>
internal abstract class LogWriter(Output output)
{
    /// <summary>Whether it takes bytes as they come, not only whole lines.</summary>
    public virtual bool TakesBytes => false;

    /// <summary>Whether it takes the lines of all logs in one order; otherwise, one log after the other.</summary>
    public virtual bool TakesOneOrder => false;

    /// <summary>Whether it shows what happened to the processes.</summary>
    public virtual bool TakesMarks => false;

    public static LogWriter For(Output output, Style style, IReadOnlyList<LogFile> logs, LogLook look) => look switch
    {
        { IsJson: true } => new JsonWriter(output),
        { IsRaw: true } => new RawWriter(output),
        _ when look.HasTimes || look.IsTerminal || logs.DistinctBy(log => log.Process).Count() > 1 => new LineWriter(output, style, logs, look),
        _ => new HeadingWriter(output),
    };

    /// <summary>What follows belongs to this log.</summary>
    public virtual void Begin(LogFile log)
    {
    }

    /// <summary>Bytes as the log holds them.</summary>
    public virtual void Write(LogFile log, ReadOnlyMemory<byte> bytes) => throw new NotSupportedException();

    public abstract void Line(LogFile log, LogLine line, DateTimeOffset? time);

    /// <summary>Something that happened to its process at this point.</summary>
    /// <param name="isAgain">For a start: whether it has been seen to run before.</param>
    /// <param name="isNow">Whether it happens while one looks on.</param>
    public virtual void Mark(LogFile log, Event.OfProcess happened, bool isAgain = false, bool isNow = false)
    {
    }

    /// <summary>The order of the lines that follow is not that of their times, which are not known.</summary>
    public virtual void Unordered()
    {
    }

    /// <summary>Lines were left out here.</summary>
    public virtual void Gap(LogFile log)
    {
    }

    protected Output Output => output;

    protected void Line(ReadOnlyMemory<byte> text)
    {
        output.Write(text);
        output.Write("\n"u8.ToArray());
    }

    private sealed class RawWriter(Output output) : LogWriter(output)
    {
        public override bool TakesBytes => true;

        public override void Write(LogFile log, ReadOnlyMemory<byte> bytes) => Output.Write(bytes);

        public override void Line(LogFile log, LogLine line, DateTimeOffset? time) => Line(line.Text);
    }

    private sealed class JsonWriter(Output output) : LogWriter(output)
    {
        public override bool TakesOneOrder => true;

        public override void Line(LogFile log, LogLine line, DateTimeOffset? time) => Line(Documents.Of(log, line, time));
    }

    /// <summary>For programs: the logs of one process, each under a heading that names its file.</summary>
    private sealed class HeadingWriter(Output output) : LogWriter(output)
    {
        private LogFile? _current;

        public override void Begin(LogFile log)
        {
            if (log == _current)
                return;
            if (_current is not null)
                Output.Line();
            Output.Line($"==> {log.Path} <==");
            _current = log;
        }

        public override void Line(LogFile log, LogLine line, DateTimeOffset? time)
        {
            Begin(log);
            // The line ends that a program wrote stay what they are.
            var shown = ShownText.Of(line.Text);
            Line(line.Text.Span is [.., (byte)'\r'] ? (byte[])[.. shown.Span, (byte)'\r'] : shown);
        }

        public override void Gap(LogFile log) => Output.Line("--");
    }

    /// <summary>Lines of all logs in one order, with what tells them apart.</summary>
    private sealed class LineWriter(Output output, Style style, IReadOnlyList<LogFile> logs, LogLook look) : LogWriter(output)
    {
        private const string TimeFormat = "yyyy-MM-dd HH:mm:ss.f";

        // Red is for stderr.
        private const int FirstColor = 32, Colors = 5;

        // A screen has room for less.
        private const int LongestLine = 4 * 1024;

        private readonly List<string> _names = [.. logs.Select(log => log.Process).Distinct()];
        private readonly int _width = logs.Max(log => Text.Width(log.Process));
        private readonly bool _hasBoth = logs.DistinctBy(log => log.Stream).Count() > 1;
        private LogFile? _unfinished;
        private int _shown, _left;

        // On a terminal, a bar that is still being drawn, or a question, is shown at once.
        public override bool TakesBytes => look.IsTerminal && !HasPrefix;

        public override bool TakesOneOrder => true;

        public override bool TakesMarks => look.IsTerminal || look.HasTimes;

        private bool HasPrefix => look.HasTimes || _names.Count > 1 || HasStreams;

        // Where no colour can tell, words do.
        private bool HasStreams => look.HasTimes || (look.IsTerminal && !style.IsRich && _hasBoth);

        public override void Write(LogFile log, ReadOnlyMemory<byte> bytes)
        {
            if (_unfinished != log)
                EndLine();
            while (!bytes.IsEmpty)
            {
                var end = bytes.Span.IndexOf((byte)'\n');
                WritePart(log, end < 0 ? bytes : bytes[..end]);
                if (end >= 0)
                    EndLine();
                bytes = end < 0 ? default : bytes[(end + 1)..];
            }
        }

        public override void Line(LogFile log, LogLine line, DateTimeOffset? time)
        {
            EndLine();
            var text = look.IsTerminal ? ShownText.WithEscapes(line.Text) : ShownText.Of(line.Text);
            // Nobody reads a line this long on a terminal; a program gets all of it.
            var left = 0;
            var shown = look.IsTerminal ? ShownText.Cut(text, LongestLine, out left) : text;
            Line((byte[])[.. Prefix(log, time, log.Stream == LogStream.Stdout ? "out" : "err"), .. Painted(log, shown), .. Encoding.UTF8.GetBytes(Cut(left))]);
        }

        public override void Mark(LogFile log, Event.OfProcess happened, bool isAgain, bool isNow)
        {
            EndLine();
            var what = look.HasTimes ? Events.What(happened) : $"--- {Events.Note(happened, isAgain)}{(isNow ? "" : $", {Text.Time(happened.Time)}")}";
            Line((byte[])[.. look.HasTimes ? Prefix(log, happened.Time, "---") : [], .. Encoding.UTF8.GetBytes(style.Paint(Text.Printable(what), Color.Dim))]);
        }

        public override void Unordered()
        {
            if (look is { IsTerminal: true, HasTimes: false })
                Output.Line(style.Paint("--- no daemon noted when these lines were written: one log after the other", Color.Dim));
        }

        public override void Gap(LogFile log) => Output.Line(style.Paint("--", Color.Dim));

        private void WritePart(LogFile log, ReadOnlyMemory<byte> part)
        {
            _unfinished = log;
            var drawnOver = part.Span.LastIndexOf((byte)'\r') + 1;
            if (drawnOver > 0)
                (_shown, _left) = (0, 0);
            var rest = part[drawnOver..];
            var (text, left) = (default(ReadOnlyMemory<byte>), rest.Length);
            if (_left == 0)
                text = ShownText.Cut(rest, LongestLine - _shown, out left);
            (_shown, _left) = (_shown + text.Length, _left + left);
            Output.Write((byte[])[.. Painted(log, part[..(drawnOver + text.Length)])]);
        }

        private void EndLine()
        {
            if (_unfinished is not null)
                Output.Line(Cut(_left));
            (_unfinished, _shown, _left) = (null, 0, 0);
        }

        // Stderr, where colours tell.
        private IEnumerable<byte> Painted(LogFile log, ReadOnlyMemory<byte> text) =>
            log.Stream == LogStream.Stderr && _hasBoth && style.IsRich && !look.HasTimes ? [.. "\e[31m"u8, .. text.Span, .. "\e[0m"u8] : text.ToArray();

        // The text may have been cut before its own colours end.
        private static string Cut(int left) => left > 0 ? $"\e[0m{ShownText.Rest(left)}" : "";

        private byte[] Prefix(LogFile log, DateTimeOffset? time, string stream)
        {
            if (!HasPrefix)
                return [];
            var prefix = new StringBuilder();
            if (look.HasTimes)
                prefix.Append(style.Paint(
                    time?.ToLocalTime().ToString(TimeFormat, CultureInfo.InvariantCulture) ?? "-".PadRight(TimeFormat.Length), Color.Dim)).Append(' ');
            if (_names.Count > 1)
                prefix.Append(style.Paint(log.Process + new string(' ', _width - Text.Width(log.Process)), ColorOf(_names.IndexOf(log.Process)))).Append(' ');
            if (HasStreams)
                prefix.Append(style.Paint(stream, stream == "err" ? Color.Red : Color.Dim)).Append(' ');
            return Encoding.UTF8.GetBytes($"{prefix}{style.Paint("|", Color.Dim)} ");
        }

        private static Color ColorOf(int index) => (Color)(FirstColor + (index % Colors));
    }
}
