Pod::Spec.new do |s|
  s.name = "shapes"
  s.version = "1.0.1"
  s.dependency "React"

  s.subspec "common" do |ss|
    ss.source_files = "common"
  end
end
