using System.Text;
using Sentinel.Api;
using Sentinel.Core.Logs;
using Sentinel.Model;
using Sentinel.Rendering;
using Sentinel.Tests.Trees;

namespace Sentinel.Tests.Rendering;

public sealed class LogWriterTests
{
    private static readonly LogFile WebOut = new("web", LogStream.Stdout, "/logs/web.stdout.log");
    private static readonly LogFile WebErr = new("web", LogStream.Stderr, "/logs/web.stderr.log");
    private static readonly LogLook Look = new(IsJson: false, IsRaw: false, HasTimes: false, IsTerminal: false);
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
    public void While_one_follows_a_heading_comes_only_when_it_is_another_log_that_goes_on() => Assert.Equal(
        """
        ==> /logs/web.stdout.log <==
        one
        two

        ==> /logs/web.stderr.log <==
        three

        """,
        Written([WebOut, WebErr], writer =>
        {
            writer.Begin(WebOut);
            writer.Line(WebOut, LineOf("one"), null);
            writer.Line(WebOut, LineOf("two"), null);
            writer.Line(WebErr, LineOf("three"), null);
        }));

    [Fact]
    public void Raw_is_byte_for_byte_what_a_process_wrote()
    {
        byte[] bytes = [0xff, 0xfe, 0, 0x1b, (byte)'\n'];

        Assert.Equal(bytes, Bytes([WebOut], Look with { IsRaw = true }, writer => writer.Write(WebOut, bytes)));
    }

    [Fact]
    public void On_a_terminal_the_logs_of_one_process_have_no_headings_and_stderr_is_red() => Assert.Equal(
        "one\n\e[31mtwo\e[0m\n\e[2m--- web started, pid 7, " + $"{Clock.Start.ToLocalTime():yyyy-MM-dd HH:mm:ss}" + "\e[0m\n",
        OnTerminal([WebOut, WebErr], writer =>
        {
            writer.Line(WebOut, LineOf("one"), Clock.Start);
            writer.Line(WebErr, LineOf("two"), Clock.Start);
            writer.Mark(WebOut, new Event.Started(Clock.Start, 1, "web", 7, Automatic: false));
        }));

    [Fact]
    public void A_stream_that_was_chosen_is_not_marked() => Assert.Equal("two\n", OnTerminal([WebErr], writer => writer.Line(WebErr, LineOf("two"), null)));

    [Fact]
    public void Where_there_are_no_colours_words_tell_the_streams() => Assert.Equal(
        "out | one\nerr | two\n",
        Written(
            [WebOut, WebErr],
            writer =>
            {
                writer.Line(WebOut, LineOf("one"), null);
                writer.Line(WebErr, LineOf("two"), null);
            },
            Look with { IsTerminal = true }));

    [Fact]
    public void No_name_is_red()
    {
        LogFile[] logs = [.. Enumerable.Range(0, 12).Select(n => new LogFile($"p{n}", LogStream.Stdout, $"/logs/{n}"))];

        var written = OnTerminal(logs, writer =>
        {
            foreach (var log in logs)
                writer.Line(log, LineOf("x"), null);
        });

        Assert.DoesNotContain("\e[31m", written);
        Assert.StartsWith("\e[32mp0 \e[0m \e[2m|\e[0m x\n\e[33mp1 ", written);
    }

    [Fact]
    public void On_a_terminal_what_is_still_being_written_is_shown_at_once_and_ends_where_something_else_begins() => Assert.Equal(
        "10%\r20%\n\e[31mtrou\e[0m\e[31mble\e[0m\nlast\n\e[2m--- web deleted\e[0m\n",
        OnTerminal([WebOut, WebErr], writer =>
        {
            Write(writer, WebOut, "10%");
            Write(writer, WebOut, "\r20%");
            Write(writer, WebErr, "trou");
            Write(writer, WebErr, "ble\n");
            Write(writer, WebOut, "last");
            writer.Mark(WebOut, new Event.Deleted(Clock.Start, 1, "web"), isNow: true);
        }));

    [Fact]
    public void A_very_long_line_is_cut_while_it_is_written_too() => Assert.Equal(
        $"{new string('x', 4096)}\e[0m ... (5,904 more bytes)\n{new string('x', 5000)}\rshort\n",
        OnTerminal([WebOut], writer =>
        {
            for (var i = 0; i < 10; i++)
                Write(writer, WebOut, new string('x', 1000));
            Write(writer, WebOut, "\n" + new string('x', 5000) + "\rshort\n");
        }));

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
        {Clock.Start.ToLocalTime():yyyy-MM-dd HH:mm:ss.f} --- | started, pid: 7

        """,
        Written(
            [WebOut, WebErr],
            writer =>
            {
                writer.Line(WebOut, LineOf("one"), Clock.Start);
                writer.Line(WebErr, LineOf("two"), null);
                writer.Mark(WebOut, new Event.Started(Clock.Start, 1, "web", 7, Automatic: false));
            },
            Look with { HasTimes = true }));

    [Theory]
    [InlineData("\e[31mred\e[0m", "red")]
    [InlineData("10%\r20%\r100%\r", "100%")]
    [InlineData("crlf\r", "crlf")]
    public void Beside_names_stands_what_a_terminal_would_show_last(string text, string shown) => Assert.Equal(
        $"web    | {shown}\n", Written([WebOut, Worker], writer => writer.Line(WebOut, LineOf(text), null)));

    [Theory]
    [InlineData("10%\r20%\r100%", "100%")]
    [InlineData("crlf\r", "crlf\r")]
    [InlineData("\e[1m50%\e[0m\rdone\e[K", "done")]
    public void A_line_under_a_heading_is_what_a_terminal_would_show(string text, string shown) => Assert.Equal(
        $"==> /logs/web.stdout.log <==\n{shown}\n", Written([WebOut], writer => writer.Line(WebOut, LineOf(text), null)));

    [Fact]
    public void A_very_long_line_is_cut_on_a_terminal_and_says_by_how_much()
    {
        var text = new string('x', 20_000);
        Assert.Equal($"{text[..4096]}\e[0m ... (15,904 more bytes)\n", OnTerminal([WebOut], writer => writer.Line(WebOut, LineOf(text), null)));
        Assert.Equal($"==> /logs/web.stdout.log <==\n{text}\n", Written([WebOut], writer => writer.Line(WebOut, LineOf(text), null)));
        Assert.Equal($"{text}\n", Written([WebOut], writer => writer.Line(WebOut, LineOf(text), null), Look with { IsRaw = true, IsTerminal = true }));
    }

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
        {"process":"web","stream":"stdout","position":100,"text":"say \"hello\"","time":"2026-01-02T03:04:05+00:00"}
        {"process":"web","stream":"stderr","position":100,"text":"","time":null}
        {"process":"worker","stream":"stdout","position":100,"text":"日本","time":null}

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
            writer.Line(log, LineOf(text.TrimEnd('\n')), null);
    }

    private static void Write(LogWriter writer, LogFile log, string text) => writer.Write(log, Encoding.UTF8.GetBytes(text));

    private static LogLine LineOf(string text) => new(100, Encoding.UTF8.GetBytes(text));

    private static string Written(LogFile[] logs, Action<LogWriter> write, LogLook? look = null) => Encoding.UTF8.GetString(Bytes(logs, look ?? Look, write));

    private static string OnTerminal(LogFile[] logs, Action<LogWriter> write) =>
        Encoding.UTF8.GetString(Bytes(logs, Look with { IsTerminal = true }, write, new Style(IsRich: true, 80)));

    private static byte[] Bytes(LogFile[] logs, LogLook look, Action<LogWriter> write, Style? style = null)
    {
        var written = new MemoryStream();
        using (var output = new Output(written))
            write(LogWriter.For(output, style ?? Sample.Plain, logs, look));
        return written.ToArray();
    }
}
