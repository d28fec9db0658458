using System.Text;
using Sentinel.Api;
using Sentinel.Core.Logs;
using Sentinel.Rendering;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Rendering;

public sealed class LogWriterTests
{
    private static readonly LogFile WebOut = new("web", LogStream.Stdout, "/logs/web.stdout.log");
    private static readonly LogFile WebErr = new("web", LogStream.Stderr, "/logs/web.stderr.log");
    private static readonly LogLook Look = new(IsJson: false, IsRaw: false, HasTimes: false, KeepsEscapes: false);
    private static readonly LogFile Worker = new("worker", LogStream.Stdout, "/logs/worker.stdout.log");

    [Fact]
    public void The_logs_of_one_process_stand_under_the_names_of_their_files() => Assert.Equal(
        """
        ==> /logs/web.stdout.log <==
        one
        two

        ==> /logs/web.stderr.log <==
        three

        """,
        Written([WebOut, WebErr], writer =>
        {
            Show(writer, WebOut, "one\n", "two\n");
            Show(writer, WebErr, "three\n");
        }));

    [Fact]
    public void A_log_that_is_empty_has_its_heading() => Assert.Equal(
        """
        ==> /logs/web.stdout.log <==

        ==> /logs/web.stderr.log <==

        """,
        Written([WebOut, WebErr], writer =>
        {
            Show(writer, WebOut);
            Show(writer, WebErr);
        }));

    [Fact]
    public void A_line_without_an_end_gets_one_when_nothing_more_follows() => Assert.Equal(
        "==> /logs/web.stdout.log <==\nhalf a line\n",
        Written([WebOut], writer => Show(writer, WebOut, "half ", "a line")));

    [Fact]
    public void While_one_follows_a_heading_comes_only_when_it_is_another_log_that_goes_on() => Assert.Equal(
        """
        ==> /logs/web.stdout.log <==
        one
        two
        half

        ==> /logs/web.stderr.log <==
        three

        """,
        Written([WebOut, WebErr], writer =>
        {
            writer.Begin(WebOut);
            Write(writer, WebOut, "one\n");
            Write(writer, WebOut, "two\nhalf");
            Write(writer, WebErr, "three\n");
        }));

    [Fact]
    public void What_a_process_wrote_is_shown_byte_for_byte()
    {
        byte[] bytes = [0xff, 0xfe, 0, 0x1b, (byte)'\n'];

        var written = Bytes([WebOut], Look with { KeepsEscapes = true }, writer => writer.Write(WebOut, bytes));

        Assert.Equal(bytes, written[^bytes.Length..]);
    }

    [Fact]
    public void Lines_of_several_processes_carry_the_names_in_a_column() => Assert.Equal(
        """
        web    | one
        worker | two
        web    | three

        """,
        Written([WebOut, WebErr, Worker], writer =>
        {
            writer.Line(WebOut, LineOf("one"), null);
            writer.Line(Worker, LineOf("two"), null);
            writer.Line(WebErr, LineOf("three"), null);
        }));

    [Fact]
    public void With_times_each_line_says_when_and_of_which_stream_as_far_as_it_is_known() => Assert.Equal(
        $"""
        {Clock.Start.ToLocalTime():yyyy-MM-dd HH:mm:ss.f} out | one
        -                     err | two
        {Clock.Start.ToLocalTime():yyyy-MM-dd HH:mm:ss.f} --- | started

        """,
        Written(
            [WebOut, WebErr],
            writer =>
            {
                writer.Line(WebOut, LineOf("one"), Clock.Start);
                writer.Line(WebErr, LineOf("two"), null);
                writer.Mark(WebOut, Clock.Start, "started");
            },
            Look with { HasTimes = true }));

    [Theory]
    [InlineData("\e[31mred\e[0m", "red")]
    [InlineData("10%\r20%\r100%\r", "100%")]
    [InlineData("crlf\r", "crlf")]
    public void Beside_names_stands_what_a_terminal_would_show_last(string text, string shown) => Assert.Equal(
        $"web    | {shown}\n", Written([WebOut, Worker], writer => writer.Line(WebOut, LineOf(text), null)));

    [Fact]
    public void Under_a_heading_escapes_are_cut_for_who_does_not_obey_them() => Assert.Equal(
        "==> /logs/web.stdout.log <==\nred and more\n",
        Written([WebOut], writer => Show(writer, WebOut, "\e[31", "mred\e]0;title", "\a and \e[0mmore\n")));

    [Theory]
    [InlineData("10%\r20%\r100%", "100%")]
    [InlineData("crlf\r", "crlf\r")]
    [InlineData("\e[1m50%\e[0m\rdone\e[K", "done")]
    public void A_line_under_a_heading_is_what_a_terminal_would_show(string text, string shown) => Assert.Equal(
        $"==> /logs/web.stdout.log <==\n{shown}\n", Written([WebOut], writer => writer.Line(WebOut, LineOf(text), null)));

    [Fact]
    public void A_very_long_line_is_cut_and_says_by_how_much_and_raw_it_is_whole()
    {
        var text = new string('x', 20_000);
        Assert.Equal(
            $"==> /logs/web.stdout.log <==\n{text[..16384]}\e[0m ... (3,616 more bytes)\n",
            Written([WebOut], writer => writer.Line(WebOut, LineOf(text), null), Look with { KeepsEscapes = true }));
        Assert.Equal($"==> /logs/web.stdout.log <==\n{text}\n", Written([WebOut], writer => writer.Line(WebOut, LineOf(text), null)));
        Assert.Equal($"{text}\n", Written([WebOut], writer => writer.Line(WebOut, LineOf(text), null), Look with { IsRaw = true }));
    }

    [Fact]
    public void A_line_end_that_an_escape_follows_is_one() => Assert.Equal(
        "==> /logs/web.stdout.log <==\nred\n",
        Written([WebOut], writer => Show(writer, WebOut, "\e[31mred\n", "\e[0m")));

    [Fact]
    public void An_escape_that_was_never_finished_hides_no_other_line() => Assert.Equal(
        "==> /logs/web.stdout.log <==\none\n\n\ntwo\n",
        Written([WebOut], writer =>
        {
            writer.Line(WebOut, LineOf("one\e]0;title"), null);
            writer.Line(WebOut, LineOf(""), null);
            writer.Line(WebOut, LineOf("\e[0m"), null);
            writer.Line(WebOut, LineOf("two"), null);
        }));

    [Fact]
    public void For_programs_each_line_is_a_document() => Assert.Equal(
        """
        {"process":"web","stream":"stdout","text":"say \"hello\"","time":"2026-01-02T03:04:05+00:00"}
        {"process":"web","stream":"stderr","text":"","time":null}
        {"process":"worker","stream":"stdout","text":"日本","time":null}

        """,
        Encoding.UTF8.GetString(Bytes([WebOut, WebErr, Worker], Look with { IsJson = true }, writer =>
        {
            writer.Line(WebOut, LineOf("say \"hello\""), Clock.Start);
            writer.Line(WebErr, LineOf(""), null);
            writer.Line(Worker, LineOf("日本"), null);
        })));

    private static void Show(LogWriter writer, LogFile log, params string[] texts)
    {
        writer.Begin(log);
        foreach (var text in texts)
            Write(writer, log, text);
        writer.End(log);
    }

    private static void Write(LogWriter writer, LogFile log, string text) => writer.Write(log, Encoding.UTF8.GetBytes(text));

    private static LogLine LineOf(string text) => new(0, Encoding.UTF8.GetBytes(text));

    private static string Written(LogFile[] logs, Action<LogWriter> write, LogLook? look = null) => Encoding.UTF8.GetString(Bytes(logs, look ?? Look, write));

    private static byte[] Bytes(LogFile[] logs, LogLook look, Action<LogWriter> write)
    {
        var written = new MemoryStream();
        using (var output = new Output(written))
            write(LogWriter.For(output, Sample.Plain, logs, look));
        return written.ToArray();
    }
}
