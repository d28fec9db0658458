using Sentinel.Core.Diagnosis;

namespace Sentinel.Tests.Diagnosis;

public class HomeCheckTests
{
    private const long Gigabyte = 1024 * 1024 * 1024;

    private static readonly Disk Roomy = new("ext4", 50 * Gigabyte, HasFilesLeft: true, IsReadOnly: false, IsOfNetwork: false);

    [Theory]
    [InlineData(1000, "700", "ok: /h is ours alone, with 50 GB free")]
    [InlineData(0, "700", "broken: /h belongs to another user (uid 0; this is uid 1000)")]
    [InlineData(1000, "755", "degraded: other users can access /h, which holds environments and logs -> chmod 700 /h")]
    [InlineData(1000, "710", "degraded: other users can access /h")]
    [InlineData(1000, "770", "broken: others may write to /h, so nothing in it can be trusted, and commands refuse -> chmod 700 /h")]
    [InlineData(1000, "702", "broken: others may write to /h")]
    [InlineData(1000, "500", "broken: /h is closed to its owner -> chmod 700 /h")]
    public void The_folder_is_to_be_ours_alone(uint owner, string mode, string told) => Told.Are([told], HomeCheck.Of(Home(owner, mode)));

    [Fact]
    public void A_link_is_told_with_where_it_leads() =>
        Told.Are(["ok: /h (a link to /data/h) is ours alone"], HomeCheck.Of(Home() with { Target = "/data/h" }));

    [Fact]
    public void So_is_each_file_in_it() => Told.Are(
        [
            "broken: lock belongs to another user, as happens once sentinel has been run with sudo -> sudo chown -R 1000 /h",
            "degraded: logs and 1 more are open to others -> chmod -R go= /h",
        ],
        HomeCheck.Of(Home() with { Files = [File("/h/lock", "600", 0), File("/h/logs", "755"), File("/h/logs/web.stdout.log", "644"), File("/h/state.json", "600")] }));

    [Fact]
    public void What_is_to_be_typed_is_quoted() => Told.Are(
        ["degraded: other users can access /it's mine, which holds environments and logs -> chmod 700 '/it'\\''s mine'"],
        HomeCheck.Of(Home() with { Folder = File("/it's mine", "755") }));

    [Theory]
    [InlineData(100 * 1024 * 1024, "ok: /h is ours alone, with 100 MB free")]
    [InlineData((100 * 1024 * 1024) - 1, "degraded: the disk of /h has 99 MB free")]
    [InlineData(1024 * 1024, "degraded: the disk of /h has 1 MB free")]
    [InlineData((1024 * 1024) - 1, "broken: the disk of /h is full")]
    [InlineData(0, "broken: the disk of /h is full")]
    public void Its_disk_is_to_have_room(long free, string told) => Told.Are([told], HomeCheck.Of(Home() with { Disk = Roomy with { FreeBytes = free } }));

    [Fact]
    public void Its_disk_is_to_take_files_and_to_be_of_this_machine()
    {
        Told.Are(["broken: the file system of /h is read-only"], HomeCheck.Of(Home() with { Disk = Roomy with { IsReadOnly = true } }));
        Told.Are(["broken: the file system of /h cannot hold more files"], HomeCheck.Of(Home() with { Disk = Roomy with { HasFilesLeft = false } }));
        Told.Are(["ok: /h is ours alone"], HomeCheck.Of(Home() with { Disk = Roomy with { FreeBytes = null } }));
        Told.Are(["degraded: /h is on NFS:"], HomeCheck.Of(Home() with { Disk = Roomy with { FileSystem = "NFS", IsOfNetwork = true } }));
    }

    [Fact]
    public void Where_there_is_none_it_is_to_be_possible()
    {
        Told.Are(["ok: /h does not exist yet"], HomeCheck.Of(new HomeSight.Missing("/h", "/", CanBeMade: true, Roomy)));
        Told.Are(["broken: /h does not exist, and cannot be created: / is not a folder that we can write to"], HomeCheck.Of(new HomeSight.Missing("/h", "/", CanBeMade: false, Roomy)));
        Told.Are(["broken: the disk of /h is full"], HomeCheck.Of(new HomeSight.Missing("/h", "/", CanBeMade: true, Roomy with { FreeBytes = 0 })));
        Told.Are(["broken: /h is not a folder"], HomeCheck.Of(new HomeSight.NoFolder("/h")));
    }

    private static HomeSight.There Home(uint owner = 1000, string mode = "700") => new(File("/h", mode, owner), null, 1000, [], Roomy);

    private static FileSight File(string path, string mode, uint owner = 1000) => new(path, owner, (UnixFileMode)Convert.ToInt32(mode, 8));
}
