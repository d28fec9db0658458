namespace Sentinel.EndToEnd;

/// <summary>
/// A small file system in the place of a test's home. It is mounted in a namespace of its own: nobody else sees it, and it
/// is gone with the last process in there.
/// </summary>
internal sealed class PrivateDisk
{
    private const int PageBytes = 4096;

    private readonly SentinelHome _home;
    private readonly int _holder;

    private PrivateDisk(SentinelHome home, int holder) => (_home, _holder) = (home, holder);

    /// <summary>Its folder as it is seen from outside.</summary>
    public string Folder => $"/proc/{_holder}/root{_home.Folder}";

    public string StateFile => Path.Combine(Folder, "state.json");

    public string DaemonLog => Path.Combine(Folder, "daemon.log");

    /// <param name="kind">tmpfs; or ramfs, which knows no size and can take nothing out of a file.</param>
    public static async Task<PrivateDisk> Mount(SentinelHome home, int megabytes, string kind = "tmpfs")
    {
        Needs.MountNamespaces();
        Directory.CreateDirectory(home.Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var holder = home.Begin(new Call
        {
            Through =
            [
                "unshare", "--mount", "sh", "-c",
                "mount -t \"$2\" -o mode=700,size=\"$1\" sentinel-test \"$0\" && echo mounted && exec sleep 1000",
                home.Folder, $"{megabytes}m", kind,
            ],
        });
        await holder.Prints("mounted");
        return new PrivateDisk(home, holder.Pid);
    }

    public Task<Outcome> Run(params string[] arguments) => Begin(arguments).Finish();

    public Command Begin(params string[] arguments) => _home.Begin(new Call(arguments) { Through = Inside("exec \"$@\"") });

    public async Task<Listing> List() => (await Run("list", "--json")).Ok().As<Listing>();

    public async Task MakeReadOnly() => (await _home.Run(new Call { Through = Inside("mount --bind \"$0\" \"$0\" && mount -o remount,bind,ro \"$0\"") })).Ok();

    public async Task MakeWritable() => (await _home.Run(new Call { Through = Inside("umount \"$0\"") })).Ok();

    /// <summary>Leaves so many pages free, and no more.</summary>
    public void Fill(int exceptPages)
    {
        using var filler = new FileStream(Path.Combine(Folder, "filler"), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, bufferSize: 0);
        filler.Seek(0, SeekOrigin.End);
        try
        {
            while (true)
                filler.Write(new byte[PageBytes]);
        }
        catch (IOException)
        {
            filler.SetLength((filler.Length / PageBytes - exceptPages) * PageBytes);
        }
    }

    public void Empty() => File.Delete(Path.Combine(Folder, "filler"));

    private string[] Inside(string doing) =>
        ["nsenter", "--mount", $"--target={_holder}", "sh", "-c", $"cd '{_home.Work}' && {doing}", _home.Folder];
}
