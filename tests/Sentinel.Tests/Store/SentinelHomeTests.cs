using System.Text;
using CsCheck;
using Sentinel.Core.Home;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;
using Sentinel.Tests.Policy;
using Sentinel.Tests.Specs;

namespace Sentinel.Tests.Store;

public sealed class SentinelHomeTests
{
    private static readonly SentinelHome Home = new("/home/me/.sentinel");

    private static readonly Gen<string> Name = Gen.OneOf(
            AnyText.WithoutNul,
            Gen.OneOf("a", "b~", "~1", "~2", "~12", "~", "1", ".stdout", ".log").Array[1, 4].Select(string.Concat),
            // At the limit of the length, and different only beyond it.
            Gen.Select(Gen.OneOf("", "a", "ab", "abc"), Gen.Int[45, 64], Gen.OneOf("é", "日", "😀"), Gen.OneOf("", "~1", "~2", "x"))
                .Select((begin, count, character, end) => begin + string.Concat(Enumerable.Repeat(character, count)) + end))
        .Where(ProcessName.IsValid);

    [Fact]
    public void Everything_is_below_the_folder()
    {
        Assert.Equal("/home/me/.sentinel/lock", Home.Lock);
        Assert.Equal("/home/me/.sentinel/state.json", Home.State);
        Assert.Equal("/home/me/.sentinel/state.json.bak", Home.PreviousState);
        Assert.Equal("/home/me/.sentinel/logs/web.stdout.log", Home.StdoutOf(Sample.Record));
        Assert.Equal("/home/me/.sentinel/logs/web.stderr.log", Home.StderrOf(Sample.Record));
    }

    [Theory]
    [InlineData("web")]
    [InlineData("my web server")]
    [InlineData("日本語😀")]
    [InlineData("web~")]
    [InlineData("~1x")]
    [InlineData("..")]
    public void Logs_are_named_after_the_process(string name) => Assert.Equal(name, SentinelHome.LogName(name, 5));

    [Theory]
    [InlineData("web~1", "web~1~5")]
    [InlineData("~1", "~1~5")]
    [InlineData("web~1~5", "web~1~5~5")]
    public void A_name_that_looks_as_if_it_had_been_cut_gets_its_id(string name, string logName) =>
        Assert.Equal(logName, SentinelHome.LogName(name, 5));

    [Fact]
    public void A_name_that_is_too_long_for_a_file_is_cut_between_characters()
    {
        var name = string.Concat(Enumerable.Repeat("😀", 64));
        Assert.Equal(string.Concat(Enumerable.Repeat("😀", 50)) + "~5", SentinelHome.LogName(name, 5));
    }

    [Fact]
    public void Two_processes_never_share_a_log_file() =>
        Gen.Select(Name, Name, Gen.Int[1, 12], Gen.Int[1, 12], Gen.Bool)
            // A name may be just what the log files of another are called.
            .Select((one, other, id, otherId, same) => (one, other: same ? SentinelHome.LogName(one, id) : other, id, otherId))
            .Where((one, other, id, otherId) => one != other && id != otherId && ProcessName.IsValid(other))
            .Sample((one, other, id, otherId) =>
                Assert.Empty(Files(one, id).Intersect(Files(other, otherId))), iter: 5_000);

    [Fact]
    public void A_log_file_is_in_the_folder_of_logs_under_a_name_that_a_file_can_have() =>
        Gen.Select(Name, Gen.Int[1, int.MaxValue]).Sample((name, id) => Assert.All(Files(name, id), path =>
        {
            Assert.Equal(Home.Logs, Path.GetDirectoryName(path));
            // Of 255, with room for what rotation adds.
            Assert.InRange(Encoding.UTF8.GetByteCount(Path.GetFileName(path)), 1, 230);
        }), iter: 2_000);

    private static string[] Files(string name, int id)
    {
        ProcessRecord record = Sample.Record with { LogName = SentinelHome.LogName(name, id) };
        return [Home.StdoutOf(record), Home.StderrOf(record)];
    }
}
