using System.Text;
using Sentinel.Core.Logs;
using Sentinel.Rendering;

namespace Sentinel.Tests.Rendering;

public sealed class LogWriterTests
{
    private static readonly LogFile WebOut = new("web", LogStream.Stdout, "/logs/web.stdout.log");
    private static readonly LogFile WebErr = new("web", LogStream.Stderr, "/logs/web.stderr.log");
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

        var written = Bytes([WebOut], isJson: false, writer => writer.Write(WebOut, bytes));

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
            Show(writer, WebOut, "one\n");
            Show(writer, Worker, "two\n");
            Show(writer, WebErr, "three\n");
        }));

    [Fact]
    public void Lines_of_several_processes_are_never_mixed() => Assert.Equal(
        "web    | one line\nworker | another\n",
        Written([WebOut, Worker], writer =>
        {
            Write(writer, WebOut, "one ");
            Write(writer, Worker, "anot");
            Write(writer, WebOut, "line\n");
            Write(writer, Worker, "her");
            writer.End(WebOut);
            writer.End(Worker);
        }));

    [Fact]
    public void A_line_that_never_ends_is_not_kept_for_ever()
    {
        var block = new byte[64 * 1024];
        block.AsSpan().Fill((byte)'x');

        var written = Bytes([WebOut, Worker], isJson: false, writer =>
        {
            for (var i = 0; i < 64; i++)
                writer.Write(WebOut, block);
        });

        Assert.InRange(written.Length, 3 * 1024 * 1024, 5 * 1024 * 1024);
        Assert.All(Encoding.ASCII.GetString(written).TrimEnd('\n').Split('\n'), line => Assert.InRange(line.Length, 1, 2 * 1024 * 1024));
    }

    [Fact]
    public void For_programs_each_line_is_a_document() => Assert.Equal(
        """
        {"process":"web","stream":"stdout","text":"say \"hello\""}
        {"process":"web","stream":"stderr","text":""}
        {"process":"worker","stream":"stdout","text":"日本"}

        """,
        Encoding.UTF8.GetString(Bytes([WebOut, WebErr, Worker], isJson: true, writer =>
        {
            Show(writer, WebOut, "say \"hello\"\n");
            Show(writer, WebErr, "\n");
            Show(writer, Worker, "日本");
        })));

    private static void Show(LogWriter writer, LogFile log, params string[] texts)
    {
        writer.Begin(log);
        foreach (var text in texts)
            Write(writer, log, text);
        writer.End(log);
    }

    private static void Write(LogWriter writer, LogFile log, string text) => writer.Write(log, Encoding.UTF8.GetBytes(text));

    private static string Written(LogFile[] logs, Action<LogWriter> write) => Encoding.UTF8.GetString(Bytes(logs, isJson: false, write));

    private static byte[] Bytes(LogFile[] logs, bool isJson, Action<LogWriter> write)
    {
        var written = new MemoryStream();
        using (var output = new Output(written))
            write(LogWriter.For(output, Sample.Plain, logs, isJson));
        return written.ToArray();
    }
}
