using System.Text;
using Sentinel.Api;
using Sentinel.Core.Logs;
using Sentinel.Linux.Files;
using Sentinel.Tests.Rendering;

namespace Sentinel.Tests.Logs;

public sealed class LogPartTests : IDisposable
{
    // More than is looked at in one go.
    private const int Lines = 200_000;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_search_that_may_take_no_time_goes_on_from_where_it_was_and_finds_each_line_once(bool isLater)
    {
        _folder.Write("log", string.Concat(Enumerable.Range(0, Lines).Select(i => $"line {i}{(i % 50_000 == 49_999 ? " needle" : "")}\n")) + "unfinished needle");
        var (found, steps) = (new List<ReadLine>(), 0);
        using (var whole = Open())
            for (var at = isLater ? whole.Start : whole.End; isLater ? at < whole.EndOfLines : at > whole.Start; steps++)
            {
                using var part = Open();
                var (lines, next) = isLater ? part.After(at, 10, new LogPattern("needle")) : part.Before(at, 10, new LogPattern("needle"));
                Assert.NotEqual(at, next);
                found.AddRange(lines);
                at = next;
            }

        Assert.InRange(steps, 2, 100);
        Assert.Equal(
            ["line 49999 needle", "line 99999 needle", "line 149999 needle", "line 199999 needle", "unfinished needle"],
            found.OrderBy(line => line.Position).Select(line => Encoding.UTF8.GetString(line.Bytes)));
    }

    [Fact]
    public void Without_a_search_all_that_is_asked_for_comes_at_once()
    {
        _folder.Write("log", string.Concat(Enumerable.Range(0, Lines).Select(i => $"line {i}\n")));
        using var part = Open();

        var (lines, to) = part.After(part.Start, Lines, pattern: null);
        Assert.Equal(Lines, lines.Count);
        Assert.Equal(part.End, to);
        Assert.Equal((3, lines[3].Position), (part.After(0, 3, pattern: null).Lines.Count, part.After(0, 3, pattern: null).To));
    }

    private LogPart Open() => new(new LogFile("web", LogStream.Stdout, _folder["log"]), Sample.Record(1, "web"), new LogFiles(), TimeSpan.Zero);
}
