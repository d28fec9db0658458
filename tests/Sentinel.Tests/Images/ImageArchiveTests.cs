using System.Formats.Tar;
using System.Text;
using System.Text.Json.Nodes;
using Sentinel.Core.Images;

namespace Sentinel.Tests.Images;

/// <summary>Images, read back by hand as an engine reads them.</summary>
public sealed class ImageArchiveTests
{
    private static readonly string LongName = $"app/{string.Join('/', Enumerable.Repeat(new string('x', 60), 4))}/ü€.txt";

    [Fact]
    public void An_image_is_a_list_a_configuration_and_layers_that_are_called_by_their_digests()
    {
        var (config, layers, tag) = Made.Read(Made.Image(BaseImage.Scratch, Made.Layer(new LayerEntry.Folder("app", Made.Program), Made.File("app/web", "x", Made.Program))));

        Assert.Equal("shop/web:1", tag);
        Assert.Equal(["app/", "app/web"], Made.Entries(Assert.Single(layers)).Select(entry => entry.Name));
        var expected = """
            {
              "architecture": "amd64",
              "os": "linux",
              "created": "1970-01-01T00:00:00Z",
              "config": {
                "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "A=1", "PORT=8080"],
                "Entrypoint": ["./web", "--x"],
                "WorkingDir": "/app",
                "ExposedPorts": { "8080/tcp": {} },
                "Labels": { "sentinel.project": "shop", "sentinel.name": "web" }
              }
            }
            """;
        config.AsObject().Remove("rootfs");
        config.AsObject().Remove("history");
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), config), config.ToString());
    }

    [Fact]
    public void A_layer_keeps_modes_links_and_all_names_and_all_of_it_is_roots()
    {
        var entries = Made.Entries(Made.Read(Made.Image(BaseImage.Scratch, Made.Layer(
            Made.File("app/web", "#!", Made.Program),
            new LayerEntry.Link("app/link", "../elsewhere/ü"),
            new LayerEntry.Link("app/far", new string('t', 150)),
            Made.File(LongName, "long", (UnixFileMode)0x120),
            Made.File("app/.wh..wh", "is no whiteout of ours"),
            Made.File("app/empty", "")))).Layers.Single());

        Assert.Equal(["app/.wh..wh", "app/empty", "app/far", "app/link", "app/web", LongName], entries.Select(entry => entry.Name));
        Assert.All(entries, entry => Assert.Equal((0, 0, DateTimeOffset.UnixEpoch), (entry.Uid, entry.Gid, entry.ModificationTime)));
        Assert.Equal(Made.Program, entries[4].Mode);
        Assert.Equal((UnixFileMode)0x120, entries[5].Mode);
        Assert.Equal("long", Encoding.UTF8.GetString(Made.Content(entries[5])));
        Assert.Equal((TarEntryType.SymbolicLink, "../elsewhere/ü"), (entries[3].EntryType, entries[3].LinkName));
        Assert.Equal(new string('t', 150), entries[2].LinkName);
    }

    [Fact]
    public void The_same_files_are_the_same_bytes_in_whatever_order_they_come()
    {
        LayerEntry[] entries = [Made.File("app/b", "2"), new LayerEntry.Folder("app", Made.Program), Made.File(LongName, "3"), Made.File("app/a", "1")];

        var first = Made.Image(BaseImage.Scratch, Made.Layer(entries));

        Assert.Equal(first, Made.Image(BaseImage.Scratch, Made.Layer([.. entries.Reverse()])));
        Assert.NotEqual(first, Made.Image(BaseImage.Scratch, Made.Layer(entries[1..])));
    }

    [Fact]
    public void A_file_that_changes_while_it_is_read_is_an_error_and_no_damaged_layer()
    {
        using var growing = new Growing();

        var error = Assert.Throws<IOException>(() => Made.Layer(new LayerEntry.File("app/log", Made.Plain, () => growing)));

        Assert.Equal("app/log changes while it is read", error.Message);
    }

    [Fact]
    public void What_the_base_says_stays_but_for_how_it_starts()
    {
        var config = Made.Config with { User = "1000:1000", StopSignal = "SIGINT" };
        var layer = Made.Tar(("etc/os", "x"u8.ToArray()));
        var under = Made.Base(Made.Tar(
            ("c.json", Made.Json($$$"""
                {
                  "architecture": "arm64", "os": "linux", "variant": "v8", "created": "2024-01-01T00:00:00Z", "container": "0123", "container_config": {}, "docker_version": "20",
                  "config": { "User": "nobody", "Env": ["PATH=/opt/bin", "A=0", "B=x=y"], "Entrypoint": ["/init"], "Cmd": ["serve"], "WorkingDir": "/srv", "Volumes": { "/data": {} },
                    "ExposedPorts": { "53/udp": {}, "8080/tcp": {} }, "Labels": { "a": "b", "sentinel.name": "other" }, "OnBuild": null },
                  "rootfs": { "type": "layers", "diff_ids": ["{{{Made.Digest(layer)}}}"] },
                  "history": [{ "created_by": "ADD" }, { "created_by": "CMD", "empty_layer": true }]
                }
                """)),
            ("l/layer.tar", layer),
            ("manifest.json", Made.Json("""[{ "Config": "c.json", "RepoTags": ["base:1"], "Layers": ["l/layer.tar"] }]"""))));

        var (read, layers, _) = Made.Read(Made.Image(config, under, Made.Layer(Made.File("app/web", ""))));

        Assert.Equal(layer, layers[0]);
        Assert.Equal(("arm64", "v8", null), ((string)read["architecture"]!, (string)read["variant"]!, read["container_config"]));
        Assert.Equal(["ADD", "CMD", "sentinel image: files"], read["history"]!.AsArray().Select(step => (string)step!["created_by"]!));
        var expected = """
            {
              "Volumes": { "/data": {} },
              "OnBuild": null,
              "User": "1000:1000",
              "StopSignal": "SIGINT",
              "Env": ["PATH=/opt/bin", "A=1", "B=x=y", "PORT=8080"],
              "Entrypoint": ["./web", "--x"],
              "WorkingDir": "/app",
              "ExposedPorts": { "53/udp": {}, "8080/tcp": {} },
              "Labels": { "a": "b", "sentinel.project": "shop", "sentinel.name": "web" }
            }
            """;
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), read["config"]), read["config"]!.ToString());
        Assert.Equal("nobody", (string)Made.Read(Made.Image(under)).Config["config"]!["User"]!);
    }

    /// <summary>A file to which somebody writes while it is read for the first time.</summary>
    private sealed class Growing : MemoryStream
    {
        private bool _isRead;

        public Growing()
        {
            Write(new byte[10]);
            Position = 0;
        }

        public override void CopyTo(Stream destination, int bufferSize)
        {
            if (!_isRead)
                SetLength(Length + 1);
            _isRead = true;
            base.CopyTo(destination, bufferSize);
        }
    }
}
