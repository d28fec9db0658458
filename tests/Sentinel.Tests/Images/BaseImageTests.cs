using System.Formats.Tar;
using Sentinel.Core.Images;

namespace Sentinel.Tests.Images;

/// <summary>What an image can be built on.</summary>
public sealed class BaseImageTests
{
    private static readonly byte[] Lower = Made.Tar(("etc/os", "x"u8.ToArray())), Upper = Made.Tar(("etc/more", "y"u8.ToArray()));

    [Fact]
    public void An_image_of_ours_can_be_the_base_of_another()
    {
        var under = Made.Image(BaseImage.Scratch, Made.Layer(Made.File("etc/os", "x")));

        var (config, layers, _) = Made.Read(Made.Image(Made.Base(under), Made.Layer(Made.File("app/web", ""))));

        Assert.Equal(Made.Read(under).Layers.Single(), layers[0]);
        Assert.Equal(2, layers.Count);
        Assert.Equal(["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "A=1", "PORT=8080"], config["config"]!["Env"]!.AsArray().Select(variable => (string)variable!));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_files_of_a_system_become_the_first_layer_as_they_are(bool isPacked)
    {
        var under = Made.Base(isPacked ? Made.Packed(Lower) : Lower);

        var (config, layers, _) = Made.Read(Made.Image(under, Made.Layer(Made.File("app/web", ""))));

        Assert.Null(under.Architecture);
        Assert.Equal("amd64", (string)config["architecture"]!);
        Assert.Equal(Lower, layers[0]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_layout_of_the_open_container_initiative_is_read_with_compressed_layers(bool hasIndexBelow)
    {
        var config = Made.Json(Config("amd64", Lower, Upper));
        var (lower, upper) = (Made.Packed(Lower), Upper);
        var manifest = Made.Json($$"""{ "config": { "digest": "{{Made.Digest(config)}}" }, "layers": [{ "digest": "{{Made.Digest(lower)}}" }, { "digest": "{{Made.Digest(upper)}}" }] }""");
        var other = Made.Json("{}");
        var index = Made.Json($$"""
            { "manifests": [
                { "digest": "{{Made.Digest(other)}}", "platform": { "architecture": "arm64", "os": "linux" } },
                { "digest": "{{Made.Digest(manifest)}}", "platform": { "architecture": "amd64", "os": "linux" } }] }
            """);
        var first = hasIndexBelow ? Made.Json($$"""{ "manifests": [{ "digest": "{{Made.Digest(index)}}" }] }""") : index;

        var under = Made.Base(Made.Tar([("oci-layout", Made.Json("{}")), ("index.json", first), .. new[] { config, lower, upper, manifest, other, index }.Select(Blob)]));

        Assert.Equal([Made.Digest(Lower), Made.Digest(Upper)], under.Layers.Select(layer => layer.Digest));
        Assert.Equal("amd64", under.Architecture);
        Assert.Contains("no image for amd64", WhyNot(Made.Tar(("oci-layout", []), ("index.json", Made.Json("""{ "manifests": [{ "digest": "a" }, { "digest": "b" }] }""")))));
    }

    [Fact]
    public void A_layer_that_is_a_link_to_another_is_read_where_it_leads()
    {
        using var file = new MemoryStream();
        using (var tar = new TarWriter(file, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var (name, content) in new[] { ("c.json", Made.Json(Config("amd64", Lower, Lower))), ("a/layer.tar", Lower), ("manifest.json", Manifest("a/layer.tar", "b/layer.tar")) })
                tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
            tar.WriteEntry(new UstarTarEntry(TarEntryType.SymbolicLink, "b/layer.tar") { LinkName = "../a/layer.tar" });
        }

        Assert.Equal([Lower, Lower], Made.Read(Made.Image(Made.Base(file.ToArray()))).Layers);
    }

    [Fact]
    public void What_can_be_no_base_is_refused_with_the_reason()
    {
        Assert.Contains("no tar file", WhyNot("hello"u8.ToArray()));
        Assert.Contains("no tar file", WhyNot([]));
        Assert.Contains("no tar file", WhyNot(new byte[10240]));
        Assert.Contains("no tar file", WhyNot(Made.Packed("hello"u8.ToArray())));
        Assert.Contains("damaged", WhyNot([.. Enumerable.Repeat((byte)'x', 2000)]));
        Assert.Contains("damaged", WhyNot(Made.Tar(("manifest.json", Made.Json("[")))));
        Assert.Contains("damaged", WhyNot(Made.Tar(("manifest.json", Made.Json("[{}]")))));
        Assert.Contains("damaged", WhyNot(Made.Packed(Lower)[..^20]));
        Assert.Equal("it has 2 images, not one: save one alone", WhyNot(Made.Tar(("manifest.json", Made.Json("[{}, {}]")))));
        Assert.Equal("it lacks its own file c.json", WhyNot(Made.Tar(("manifest.json", Manifest("l")))));
        Assert.Equal("it lacks its own file l", WhyNot(Made.Tar(("manifest.json", Manifest("l")), ("c.json", Made.Json(Config("amd64", Lower))))));
        Assert.Equal(
            "its layers are not those that its configuration names, or are compressed by something else than gzip",
            WhyNot(Made.Tar(("manifest.json", Manifest("l")), ("c.json", Made.Json(Config("amd64", Lower))), ("l", Upper))));
    }

    private static string WhyNot(byte[] file) => Assert.Throws<BaseImageException>(() => Made.Base(file)).Message;

    private static byte[] Manifest(params string[] layers) =>
        Made.Json($$"""[{ "Config": "c.json", "Layers": [{{string.Join(", ", layers.Select(layer => $"\"{layer}\""))}}] }]""");

    private static string Config(string architecture, params byte[][] layers) =>
        $$"""{ "architecture": "{{architecture}}", "rootfs": { "diff_ids": [{{string.Join(", ", layers.Select(layer => $"\"{Made.Digest(layer)}\""))}}] }, "history": [{{string.Join(", ", layers.Select(_ => "{}"))}}] }""";

    private static (string Name, byte[] Content) Blob(byte[] content) => ($"blobs/{Made.Digest(content).Replace(':', '/')}", content);
}
