using System.Text;
using System.Text.RegularExpressions;
using Sentinel.Core.Exports;
using Sentinel.Model.Specs;
using Sentinel.Tests.Projects;

namespace Sentinel.Tests.Exports;

/// <summary>Where an engine gets what files and secrets hold, that is in names by a key alone.</summary>
public sealed partial class ContentsTests
{
    private const string Toml = """
        name = "shop"
        env-file = "all.env"

        [process.web]
        image = "web:1"
        run = "./web"
        restart = true
        restart-delay = 1
        env-file = "?own.env"
        env = { URL = "postgres://${PASSWORD}@db", PLAIN = "seen" }
        secret = { TOKEN = "file:token", KEY = "cmd:key" }

        """;

    [Fact]
    public void A_Swarm_has_a_secret_for_each_value_whose_name_changes_with_it()
    {
        var (one, two) = (Exported("swarm", token: "s3cret"), Exported("swarm", token: "0ther"));

        Assert.Equal(["shop_web_TOKEN_", "shop_web_KEY_"], one.Secrets.Select(secret => secret.Name[..^8]));
        Assert.Equal([("TOKEN", "s3cret")], one.Secrets[0].Values);
        Assert.Contains($"source: \"{one.Secrets[0].Name}\"", one.Files[0].Text.Replace("source: shop", "source: \"shop").Replace("\n", "\"\n"));
        Assert.DoesNotContain("s3cret", one.Files[0].Text);
        Assert.NotEqual(one.Secrets[0].Name, two.Secrets[0].Name);
        Assert.Equal(one.Secrets[1].Name, two.Secrets[1].Name);
        Assert.NotEqual(one.Processes[0].SpecHash, two.Processes[0].SpecHash);
        Assert.Empty(Told(one));
        Assert.Empty(one.Processes[0].Secrets);
    }

    [Fact]
    public void A_Swarm_has_variables_of_files_as_Sentinel_reads_them()
    {
        var text = Exported("swarm", token: "x").Files[0].Text;

        Assert.Contains("PASSWORD: hunter2\n", text);
        Assert.Contains("URL: postgres://hunter2@db\n", text);
        Assert.DoesNotContain("env_file", text);
    }

    [Fact]
    public void In_Kubernetes_what_was_read_is_in_Secrets_and_what_may_name_it_too()
    {
        var exported = Exported("kubernetes", token: "s3cret");
        var text = exported.Files[0].Text;

        Assert.Equal(["shop-file-1-", "web-file-1-", "web-env-", "web-secret-"], exported.Secrets.Select(secret => secret.Name[..^8]));
        Assert.Equal([("PASSWORD", "hunter2")], exported.Secrets[0].Values);
        Assert.Empty(exported.Secrets[1].Values);
        Assert.Contains(("URL", "postgres://hunter2@db"), exported.Secrets[2].Values);
        Assert.Equal([("TOKEN", "s3cret"), ("KEY", "k")], exported.Secrets[3].Values);
        foreach (var secret in exported.Secrets)
            Assert.Contains(secret.Name, text);
        Assert.DoesNotMatch("hunter2|s3cret|ConfigMap", text);
        Assert.Equal([null, "web", "web", "web"], exported.Secrets.Select(secret => secret.Process));
        Assert.Empty(Told(exported));
    }

    [Theory]
    [InlineData("swarm", "shop_web_TOKEN", "the secret shop_web_TOKEN has to be there first, from the file /work/shop/token: 'docker secret create'")]
    [InlineData("kubernetes", "web-secret", "the Secret web-secret has to have TOKEN, from the file /work/shop/token: 'kubectl create secret generic web-secret'")]
    public void A_secret_that_is_not_here_has_to_be_there(string engine, string name, string why)
    {
        var exported = Exported(engine, token: null);

        Assert.Equal([why.Replace("/work/shop", Read.Folder)], Told(exported));
        Assert.DoesNotContain(exported.Secrets, secret => secret.Name == name || secret.Values.Any(value => value.Name == "TOKEN"));
        Assert.Matches($"{name}\"?\n", exported.Files[0].Text);
    }

    [Fact]
    public void A_line_that_cannot_be_read_is_told()
    {
        var told = Told(Exported("kubernetes", token: "x", own: "A=1\nnonsense\n"));

        Assert.Equal(["line 2 is left out: there is no = after a name"], told);
    }

    [Fact]
    public void A_long_name_of_a_secret_is_short_enough_and_keeps_its_key()
    {
        var toml = Toml.Replace("TOKEN", new string('T', 70), StringComparison.Ordinal);

        var (one, two) = (Exported("swarm", "a", toml: toml), Exported("swarm", "b", toml: toml));

        Assert.InRange(one.Secrets[0].Name.Length, 1, 64);
        Assert.NotEqual(one.Secrets[0].Name, two.Secrets[0].Name);
    }

    [Fact]
    public void A_key_is_short_and_is_no_part_of_the_value() => Assert.Matches(Key(), Service.KeyOf([("TOKEN", "s3cret")]));

    private static Exported Exported(string engine, string? token, string own = "", string toml = Toml) =>
        Exporter.Export(Read.Good(toml), engine, new Contents(token, own));

    // But for the delay, of which Kubernetes has another one.
    private static IEnumerable<string> Told(Exported exported) => exported.Shortfalls.Where(told => told.Path != "web.restart-delay").Select(told => told.Why);

    private sealed class Contents(string? token, string own) : IContents
    {
        public bool IsThere(string path) => false;

        public byte[] Read(string path, bool isOptional) => Encoding.UTF8.GetBytes(Path.GetFileName(path) == "all.env" ? "PASSWORD=hunter2\n" : own);

        public string? ValueOf(Secret secret, ProcessSpec spec) => secret.IsCommand ? "k" : token;
    }

    [GeneratedRegex("^[0-9a-f]{8}$")]
    private static partial Regex Key();
}
