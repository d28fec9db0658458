using System.Text;
using CsCheck;
using Sentinel.Core.Projects;

namespace Sentinel.Tests.Projects;

/// <summary>Whatever a file has in it, reading it ends, and says either a project or what is wrong.</summary>
public sealed class ProjectFuzzTests
{
    private const string Toml = """
        name = "store" # a comment
        include = ["more.toml"]
        env-file = [".env", "?.env.local"]
        env = { LOG = "info", N = 0x1F, F = 1.5e3, D = 1979-05-27, T = '''a
        b''' }
        [defaults]
        restart = "on-failure"
        stop-timeout = "90s"
        unset = ["nice"]
        [process.db]
        run = "postgres -p $PORT"
        port = { http = 8080, "a b" = "auto" }
        health-http = "http://localhost:$PORT/"
        limit = ["nofile=65536"]
        [process."web site"]
        like = "db"
        run = ["a", "b\u0041"]
        needs = [{ name = "db", until = { log = "x.*" }, optional = true }, "db,bound:healthy"]
        after = "db"
        instances = 2
        profile = ["debug", "x"]
        [process.web.env]
        A = true
        [[hook]]
        on = -1
        """;

    private const string Json = """
        { "name": "store", "env": { "A": 1, "B": "\u00e9", "C": true, "D": null },
          "defaults": { "restart": true, "unset": ["nice"] },
          "process": { "db": { "run": "postgres", "port": [5432, "auto"] },
                       "web": { "like": "db", "needs": [{ "name": "db", "until": { "file": "x" } }], "stop-timeout": 1.5 } } }
        """;

    // Words that mean something somewhere.
    private static readonly Gen<string> Piece = Gen.OneOf<string>([
        "[", "]", "{", "}", "\"", "'", "'''", "\"\"\"", "=", ".", ",", "\n", "#", "\\", "\\u", "\0", "[[", "process", "process.db", "like = \"db\"", "needs = \"web\"", "unset = [\"run\"]",
        "null", "true", "1e999", "-", ":", "é", "\ud83d\ude00", "inf", "[process.db]\n", "port = 0\n", "name = {}\n", "\r\n", "\t", "9999999999999999999"]);

    private static Gen<byte[]> Mutated(string text) =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, text.Length], Gen.Int[0, 40], Piece).Array[1, 6].Select(changes =>
        {
            var mutated = text;
            foreach (var (kind, at, length, piece) in changes)
            {
                var (from, count) = (Math.Min(at, mutated.Length), Math.Min(length, mutated.Length - Math.Min(at, mutated.Length)));
                mutated = kind switch
                {
                    0 => mutated.Insert(from, piece),
                    1 => mutated.Remove(from, count),
                    2 => mutated.Insert(from, mutated.Substring(from, count)),
                    _ => mutated[..from],
                };
            }

            return Encoding.UTF8.GetBytes(mutated);
        });

    [Fact]
    public void A_broken_TOML_file_is_told() => Mutated(Toml).Sample(file => Ends("sentinel.toml", file), iter: Long.Times(100_000, 2_000));

    [Fact]
    public void A_broken_JSON_file_is_told() => Mutated(Json).Sample(file => Ends("sentinel.json", file), iter: Long.Times(100_000, 2_000));

    [Fact]
    public void Random_bytes_are_told() => Gen.Byte.Array[0, 200].Sample(
        bytes =>
        {
            Ends("sentinel.toml", bytes);
            Ends("sentinel.json", bytes);
        }, iter: Long.Times(50_000, 1_200));

    [Fact]
    public void Pieces_of_the_language_in_any_order_are_told() => Piece.Array[0, 30].Sample(
        pieces => Ends("sentinel.toml", Encoding.UTF8.GetBytes(string.Join(' ', pieces))), iter: Long.Times(50_000, 1_200));

    public static TheoryData<string, string> Large
    {
        get
        {
            const int mega = 1024 * 1024;
            var data = new TheoryData<string, string>();
            foreach (var (what, file, text) in new (string, string, string)[]
            {
                ("larger than 2048 KB", "sentinel.toml", new string('\n', 10 * mega)),
                ("larger than 10240 KB", "sentinel.json", new string(' ', (10 * mega) + 1)),
                ("more than 32 tables and lists", "sentinel.toml", "a = " + new string('[', mega)),
                ("more than 32 tables and lists", "sentinel.toml", "a = " + string.Concat(Enumerable.Repeat("{a=", mega / 4))),
                ("more than 32 tables and lists", "sentinel.json", "{ \"a\": " + new string('[', 9 * mega)),
                ("more than 32 parts", "sentinel.toml", string.Concat(Enumerable.Repeat("a.", mega / 8)) + "b = 1"),
                ("more than 32 parts", "sentinel.toml", "[" + string.Concat(Enumerable.Repeat("a.", mega / 8)) + "b]"),
                ("unexpected token", "sentinel.toml", new string('=', mega / 8)),
                ("there is no key", "sentinel.toml", string.Concat(Enumerable.Range(0, 20_000).Select(i => $"k{i} = 1\n"))),
                ("10,000 processes at most", "sentinel.json", $"{{ \"process\": {{ {string.Join(',', Enumerable.Range(0, 20_000).Select(i => $"\"p{i}\": {{ \"run\": \"x\" }}"))} }} }}"),
                ("wait for each other: p0 needs p1 ", "sentinel.json",
                    $"{{ \"process\": {{ {string.Join(',', Enumerable.Range(0, 10_000).Select(i => $"\"p{i}\": {{ \"run\": \"x\", \"needs\": \"p{(i + 1) % 10_000}\" }}"))} }} }}"),
                ("more than 32 processes are like each other", "sentinel.json",
                    $"{{ \"process\": {{ {string.Join(',', Enumerable.Range(0, 10_000).Select(i => $"\"p{i}\": {{ \"run\": \"x\", \"like\": \"p{i + 1}\" }}"))} }} }}"),
                ("values together", "sentinel.json",
                    $"{{ \"process\": {{ \"base\": {{ \"run\": \"x\", \"env\": {{ {string.Join(',', Enumerable.Range(0, 100_000).Select(i => $"\"V{i}\": 1"))} }} }},"
                    + $"{string.Join(',', Enumerable.Range(0, 9_000).Select(i => $"\"p{i}\": {{ \"like\": \"base\", \"env\": {{ \"A\": 1 }} }}"))} }} }}"),
            })
                data.Add(what, $"{file}\n{text}");
            return data;
        }
    }

    [Theory(DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(Large))]
    public void What_is_too_large_or_too_deep_is_refused(string said, string file)
    {
        var end = file.IndexOf('\n');
        var problems = Read.Problems((file[..end], file[(end + 1)..]));

        Assert.InRange(problems.Length, 1, 200);
        Assert.Contains(problems, problem => problem.Contains(said, StringComparison.Ordinal));
    }

    [Fact]
    public void Ten_thousand_processes_are_read()
    {
        var project = Read.Good(string.Concat(Enumerable.Range(0, 10_000).Select(i => $"[process.p{i}]\nrun = \"sleep {i}\"\nneeds = \"p{i / 2}{(i == 0 ? ",optional" : "")}\"\n").Skip(1).Prepend("[process.p0]\nrun = \"x\"\n")));

        Assert.Equal(10_000, project.Processes.Count);
    }

    private static void Ends(string name, byte[] content)
    {
        var read = Read.Bytes((name, content));
        Assert.True(read.Project is null == read.Problems.Count > 0);
        Assert.All(read.Problems, problem => Assert.True(problem.Place is { Line: > 0, Column: > 0 } && problem.Message.Length > 0, problem.ToString()));
    }
}
