using Sentinel.Core.Imports;

namespace Sentinel.Tests.Imports;

/// <summary>Nothing of a file is dropped in silence.</summary>
public sealed class EveryKeyTests
{
    public static TheoryData<string, int> Places =>
        [.. Samples.All.SelectMany(sample => Enumerable.Range(0, sample.Text.Count(c => c == '§')).Select(place => (sample.File, place)))];

    [Theory]
    [MemberData(nameof(Places))]
    public void A_key_that_nobody_knows_is_told_with_its_line(string file, int place)
    {
        var (_, text, key) = Samples.All.Single(sample => sample.File == file);
        var with = Samples.With(text, key, place);

        var told = Import.Of(file, with).NotTaken;

        var line = with.Split('\n').Select((each, index) => (each, index + 1)).Single(each => System.Text.RegularExpressions.Regex.IsMatch(each.each, @"\bzz\b")).Item2;
        Assert.Contains(told, note => note.Path.EndsWith("zz", StringComparison.Ordinal) && note.Line == line);
    }

    [Fact]
    public void A_key_is_told_even_where_it_is_merged_in() => Assert.Equal(
        "compose.yaml:1: services.a.zz: nothing in sentinel.toml stands for it",
        Import.Told("compose.yaml", "x-a: &a { zz: 1 }\nservices: { a: { <<: *a, command: x } }").Single());

    [Theory]
    [InlineData("process-compose.yaml", "processes:\n  a:\n    command: x\n    namespace: back\n", 4)]
    [InlineData("supervisord.conf", "[program:a]\ncommand=x\n[group:g]\nprograms=a\n", 4)]
    [InlineData("ecosystem.config.js", "module.exports = { apps: [\n{ script: 'a.js',\n namespace: 'back' }] }", 3)]
    [InlineData("pitchfork.toml", "[daemons.a]\nrun = \"x\"\n[groups.g]\ndaemons = [\"a\"]\n", 4)]
    public void A_part_of_a_project_is_no_group(string file, string text, int line)
    {
        var imported = Import.Of(file, text);

        var note = Assert.Single(imported.NotTaken);
        Assert.Equal((line, true), (note.Line, note.Why.StartsWith("the processes of a project are one group", StringComparison.Ordinal)));
        Assert.DoesNotContain("group", imported.Toml);
    }

    [Fact]
    public void A_value_of_another_shape_is_told()
    {
        var told = Import.Told("process-compose.yaml", "processes:\n  a:\n    command: x\n    shutdown: soon\n    replicas: many\n    environment: 3\n    availability: { restart: maybe }\n");

        Assert.Equal(
            [
                "process-compose.yaml:4: processes.a.shutdown: a table was expected here",
                "process-compose.yaml:5: processes.a.replicas: a whole number was expected here",
                "process-compose.yaml:7: processes.a.availability.restart: --restart= takes always, on-failure or no, not 'maybe'",
            ],
            told.Where(line => !line.Contains("environment")));
    }
}
